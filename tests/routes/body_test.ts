import assert from "node:assert/strict";
import { Bodies } from "../../routes/body.ts";
import { createTestApp, PIXEL, TOKEN } from "../fakes/services.ts";

/** A request whose body comes in parts. */
function sending() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const request = new Request("http://localhost/", { method: "POST", body: readable });
  return {
    request,
    /** Settles when the part has been read. */
    send: async (length: number) => {
      await writer.write(new Uint8Array(length));
      await new Promise((resolve) => setTimeout(resolve));
    },
    end: () => writer.close(),
  };
}

function whole(length: number, headers: Record<string, string> = {}): Request {
  const body = new Uint8Array(length);
  return new Request("http://localhost/", { method: "POST", body, headers });
}

Deno.test("Bodies.read() counts bytes that came, not those that are announced", async () => {
  const bodies = new Bodies(100);
  const announced = { "content-length": "90" };
  const idle = [sending(), sending(), sending()];
  const waiting = idle.map(({ request }) => bodies.read(request, 100));
  using first = await bodies.read(whole(60, announced), 100);
  using second = await bodies.read(whole(40, announced), 100);
  assert.deepEqual([first.bytes.length, second.bytes.length], [60, 40]);
  for (const { end } of idle) await end();
  for (const one of waiting) await assert.rejects(one, { code: "invalid_body" });
});

Deno.test("Bodies.read() bounds what bodies hold from the first byte until they are disposed of", async () => {
  const bodies = new Bodies(100);
  const { request, send, end } = sending();
  const reading = bodies.read(request, 80);
  await send(60);
  await assert.rejects(bodies.read(whole(41), 80), { code: "queue_full" });
  await end();
  {
    using read = await reading;
    assert.equal(read.bytes.length, 60);
    await assert.rejects(bodies.read(whole(41), 80), { code: "queue_full" });
    using other = await bodies.read(whole(40), 80);
    assert.equal(other.bytes.length, 40);
  }
  using alone = await bodies.read(whole(300), 400);
  assert.equal(alone.bytes.length, 300);
});

Deno.test("Bodies.read() gives a body that stops coming up, and its bytes back", async () => {
  const bodies = new Bodies(100, 100);
  const { request, send } = sending();
  const late = assert.rejects(bodies.read(request, 100), { code: "upload_timeout" });
  await send(60);
  await late;
  using small = await bodies.read(whole(1), 100);
  using rest = await bodies.read(whole(99), 100);
  assert.deepEqual([small.bytes.length, rest.bytes.length], [1, 99]);
});

const SMALL = { MAX_SOURCE_BYTES: "1000000", QUEUE_BYTES: "1048576" };
const UPLOAD = "/v1/stylize?style=mosaic";

Deno.test("POST /v1/stylize is refused while uploads hold too much, administration is not", async () => {
  await using app = await createTestApp({ env: SMALL });
  const { request: { body }, send, end } = sending();
  const slow = app.request(UPLOAD, { method: "POST", body });
  await send(900_000);
  const large = new Uint8Array(200_000);
  const refused = await app.request(UPLOAD, { method: "POST", body: large });
  assert.equal(refused.status, 503);
  assert.equal((await refused.json()).code, "queue_full");
  assert.equal(refused.headers.get("retry-after"), "5");
  const headers = { authorization: `Bearer ${TOKEN}` };
  const put = await app.request("/v1/styles/new", { method: "PUT", body: large, headers });
  assert.equal(put.status, 201);
  const purge = await app.request("/v1/purge", { method: "POST", body: '{"all":true}', headers });
  assert.equal(purge.status, 200);
  await end();
  assert.equal((await slow).status, 415);
  assert.equal((await app.request(UPLOAD, { method: "POST", body: PIXEL })).status, 200);
});

Deno.test("POST /v1/stylize counts an upload until it is answered", async () => {
  const fetching = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const fetchSource = (): Promise<Uint8Array<ArrayBuffer>> => {
    fetching.resolve();
    return answer.promise;
  };
  await using app = await createTestApp({ env: SMALL, fetchSource });
  const body = new Uint8Array(900_000);
  body.set(PIXEL);
  const path = "/v1/stylize?style_url=https://example.com/style.png";
  const first = app.request(path, { method: "POST", body });
  await fetching.promise;
  assert.equal((await app.request(path, { method: "POST", body })).status, 503);
  answer.resolve(PIXEL);
  assert.equal((await first).status, 200);
  assert.equal((await app.request(path, { method: "POST", body })).status, 200);
});
