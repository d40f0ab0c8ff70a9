import assert from "node:assert/strict";
import { Bodies } from "../../routes/body.ts";
import { createTestApp, PIXEL, TOKEN } from "../fakes/services.ts";

/** A request whose body begins and goes on when it is let. */
function sending(length: number, declared?: number) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.write(new Uint8Array(length)).catch(() => {});
  const headers = declared === undefined ? {} : { "content-length": `${declared}` };
  const request = new Request("http://localhost/", { method: "POST", body: readable, headers });
  return { request, end: () => writer.close() };
}

Deno.test("Bodies.read() bounds the bytes of bodies that come at the same time", async () => {
  const bodies = new Bodies(100);
  const first = sending(10, 60);
  const reading = bodies.read(first.request, 80);
  await assert.rejects(bodies.read(sending(10, 41).request, 80), { code: "queue_full" });
  await assert.rejects(bodies.read(sending(10).request, 80), { code: "queue_full" });
  const second = sending(7, 40);
  const other = bodies.read(second.request, 80);
  await Promise.all([first.end(), second.end()]);
  assert.deepEqual([(await reading).length, (await other).length], [10, 7]);
  const alone = sending(10, 300);
  const whole = bodies.read(alone.request, 400);
  await alone.end();
  assert.equal((await whole).length, 10);
});

Deno.test("Bodies.read() gives a body that stops coming up, and its bytes back", async () => {
  const bodies = new Bodies(100, 20);
  await assert.rejects(bodies.read(sending(10, 100).request, 100), { code: "upload_timeout" });
  const next = sending(100, 100);
  const reading = bodies.read(next.request, 100);
  await next.end();
  assert.equal((await reading).length, 100);
});

Deno.test("POST /v1/stylize and PUT of a style are refused while too much is being sent", async () => {
  const env = { MAX_SOURCE_BYTES: "1000000", QUEUE_BYTES: "1048576" };
  await using app = await createTestApp({ env });
  const { request, end } = sending(0);
  const body = request.body;
  const slow = app.request("/v1/stylize?style=mosaic", { method: "POST", body });
  for (
    const [method, path] of [["POST", "/v1/stylize?style=mosaic"], [
      "PUT",
      "/v1/styles/new",
    ]] as const
  ) {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-length": "900000" };
    const refused = await app.request(path, { method, body: PIXEL, headers });
    assert.equal(refused.status, 503, path);
    assert.equal((await refused.json()).code, "queue_full");
    assert.equal(refused.headers.get("retry-after"), "5");
  }
  await end();
  assert.equal((await slow).status, 400);
  assert.equal(
    (await app.request("/v1/stylize?style=mosaic", { method: "POST", body: PIXEL })).status,
    200,
  );
});
