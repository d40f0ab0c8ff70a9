import assert from "node:assert/strict";
import { decode, encode, probe } from "../../lib/image/mod.ts";
import { eventually } from "../support/fleet.ts";
import { drawPicture, meanDifference } from "../support/pictures.ts";
import { startService } from "../support/service.ts";

const content = drawPicture(321, 217, 4);
const png = await encode(content, { format: "png" });

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await response.arrayBuffer());
}

Deno.test("the service starts, paints from a URL, and stops", async () => {
  const photos = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    return pathname === "/photo.png" ? new Response(png) : new Response("no", { status: 404 });
  });
  const photo = `http://127.0.0.1:${photos.addr.port}/photo.png`;
  await using service = await startService({ SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8" });
  const { origin } = service;

  const example = service.greeting.match(/A picture: (\S+)/)?.[1] ?? "";
  await eventually("the progress is read", () => /styles 1\/\d+ /.test(service.errors()));
  const first = await fetch(example);
  assert.equal(first.status, 200);
  assert.equal(probe(await bytesOf(first)).width, 640);

  const query = new URLSearchParams({ url: photo, style: "starry-night", w: "123", fm: "png" });
  const painted = await fetch(`${origin}/v1/stylize?${query}`);
  assert.equal(painted.status, 200);
  assert.equal(painted.headers.get("content-type"), "image/png");
  const picture = await decode(await bytesOf(painted));
  assert.deepEqual([picture.width, picture.height], [123, 83]);

  query.set("style", "none");
  const plain = await decode(await bytesOf(await fetch(`${origin}/v1/stylize?${query}`)));
  assert(meanDifference(plain, picture) > 8, "the style changed nothing");

  const missing = await fetch(`${origin}/v1/stylize?url=${photo}x&style=mosaic`);
  assert.equal(missing.status, 404);
  assert.equal((await missing.json()).upstream_status, 404);

  assert.equal(await service.stop(), 0);
  await photos.shutdown();
});

Deno.test("the service answers /healthz at once while it paints a large picture", async () => {
  await using service = await startService({ COMPUTE_WORKERS: "1" });
  const large = await encode(drawPicture(1024, 1024, 9), { format: "jpeg" });
  const painting = fetch(`${service.origin}/v1/stylize?style=mosaic&fm=jpeg`, {
    method: "POST",
    body: large,
  }).then(async (response) => {
    assert.equal(response.status, 200);
    assert.equal(probe(await bytesOf(response)).width, 1024);
  });
  const waits: number[] = [];
  const begin = performance.now();
  let done = false;
  const ended = painting.finally(() => done = true);
  while (!done) {
    const start = performance.now();
    assert.equal((await (await fetch(`${service.origin}/healthz`)).json()).status, "ok");
    waits.push(performance.now() - start);
  }
  await ended;
  const took = performance.now() - begin;
  waits.sort((a, b) => a - b);
  const median = waits[waits.length >> 1] ?? Infinity;
  assert(waits.length > 5, `${waits.length} answers`);
  // A thread that computes would answer after the picture.
  assert(median < took / 4, `${median} of ${took} ms`);
});

Deno.test("SIGTERM makes the service unready first where it is to drain, and again stops it", async () => {
  await using service = await startService({ COMPUTE_WORKERS: "1", DRAIN_MS: "60000" });
  const status = async (path: string): Promise<number> => {
    const response = await fetch(service.origin + path);
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await status("/readyz"), 200);
  Deno.kill(service.pid, "SIGTERM");
  await eventually("it says that it is not ready", async () => await status("/readyz") === 503);
  assert.equal(await status("/v1/stylize?url=/sample.jpg&style=mosaic&w=64"), 200);
  assert.equal(await service.stop(), 0);
});

Deno.test("a service that drains stops by itself", async () => {
  await using service = await startService({ COMPUTE_WORKERS: "1", DRAIN_MS: "300" });
  assert.equal(await service.stop(), 0);
});

Deno.test("the service paints in its own thread where there are no workers", async () => {
  await using service = await startService({ COMPUTE_WORKERS: "0" });
  const response = await fetch(`${service.origin}/v1/stylize?style=mosaic&w=64&fm=png`, {
    method: "POST",
    body: png,
  });
  assert.equal(response.status, 200);
  assert.equal(probe(await bytesOf(response)).width, 64);
});

Deno.test("the service paints with two threads in one worker", async () => {
  await using service = await startService({ COMPUTE_WORKERS: "1", THREADS: "2" });
  const response = await fetch(`${service.origin}/v1/stylize?style=mosaic&w=64&fm=png`, {
    method: "POST",
    body: png,
  });
  assert.equal(response.status, 200);
  assert.equal(probe(await bytesOf(response)).width, 64);
});

Deno.test("the service paints a picture of nine sources of one host where nothing may wait", async () => {
  const photos = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(png),
  );
  const photo = (n: number): string => `http://127.0.0.1:${photos.addr.port}/${n}`;
  await using service = await startService({
    COMPUTE_WORKERS: "1",
    QUEUE_LIMIT: "0",
    QUEUE_BYTES: String(64 * 1024 * 1024),
    SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8",
  });
  const { styles } = await (await fetch(`${service.origin}/v1/styles?limit=8`)).json();
  const style = styles.map(({ id }: { readonly id: string }) => id).join(",");
  const query = new URLSearchParams({ url: photo(0), style, w: "64", fm: "png" });
  for (let n = 1; n <= 8; n++) query.append("mask", photo(n));
  const painted = await fetch(`${service.origin}/v1/stylize?${query}`);
  assert.equal(painted.status, 200);
  assert.equal(probe(await bytesOf(painted)).width, 64);
  await photos.shutdown();
});

Deno.test("the service says what is wrong with its settings and does not start", async () => {
  await assert.rejects(
    startService({ PORT: "many", MODEL: "no such model" }),
    /PORT: must be a whole number[\s\S]*MODEL: must be the name/,
  );
});

Deno.test("the service does not start where nothing could be painted", async () => {
  const text = /PRESETS_ONLY: needs PRESETS_FILE with at least one preset/;
  await assert.rejects(startService({ PRESETS_ONLY: "true" }), text);
});

Deno.test("the service greets with a signed picture where only those are served", async () => {
  await using service = await startService({ SIGNING_KEYS: `k1:${"0f".repeat(32)}` });
  const example = service.greeting.match(/A picture: (\S+)/)?.[1] ?? "";
  const response = await fetch(example);
  assert.equal(response.status, 200, example);
  assert.equal(probe(await bytesOf(response)).width, 640);
  assert(Number(new URL(example).searchParams.get("expires")) > 0);
});

Deno.test("the service says that its address is in use, or not of this machine", async () => {
  await using service = await startService();
  const { port } = new URL(service.origin);
  await assert.rejects(startService({ PORT: port }), /PORT: \d+ of 127\.0\.0\.1 is in use, set/);
  await assert.rejects(startService({ HOST: "192.0.2.1" }), /HOST: "192\.0\.2\.1" is no address/);
});

Deno.test("the service keeps its styles over a restart", async () => {
  const data = new URL("../../data/", import.meta.url).pathname; // where the start task may write
  await Deno.mkdir(data, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: data });
  const env = { KV_URL: `${folder}/styles.kv`, ADMIN_TOKEN: "a-token-for-tests-only" };
  const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
  {
    await using service = await startService(env);
    const put = { method: "PUT", headers, body: png };
    const created = await fetch(`${service.origin}/v1/styles/mine?title=Mine`, put);
    assert.deepEqual([created.status, (await created.json()).title], [201, "Mine"]);
    const gone = await fetch(`${service.origin}/v1/styles/quilt`, { method: "DELETE", headers });
    assert.equal(gone.status, 204);
  }
  {
    await using service = await startService(env);
    const mine = await fetch(`${service.origin}/v1/styles/mine`);
    assert.equal((await mine.json()).title, "Mine");
    const quilt = await fetch(`${service.origin}/v1/styles/quilt`);
    assert.deepEqual([quilt.status, (await quilt.json()).code], [404, "unknown_style"]);
  }
  await Deno.remove(folder, { recursive: true });
});
