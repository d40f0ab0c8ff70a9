import assert from "node:assert/strict";
import { createTestApp, PIXEL, type TestApp, TOKEN } from "../fakes/services.ts";

const PATH = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic";
const HOUR = 3600 * 1000;

async function statusOf(app: TestApp, path = PATH): Promise<string> {
  const response = await app.request(path);
  assert.equal(response.status, 200);
  await response.bytes();
  return (response.headers.get("cache-status") ?? "").replace(/; ttl=-?\d+/, "");
}

Deno.test("GET /v1/stylize answers a repeated request from the cache", async () => {
  await using app = await createTestApp();
  assert.equal(await statusOf(app), "Pastiche; fwd=uri-miss; stored");
  assert.equal(await statusOf(app), "Pastiche; hit");
  assert.equal(await statusOf(app, PATH.replace("style=", "alpha=1.0&style=")), "Pastiche; hit");
  assert.equal(
    await statusOf(app, PATH.replace("style=", "alpha=.5&style=")),
    "Pastiche; fwd=uri-miss; stored",
  );
  assert.equal(await statusOf(app, PATH.replace("style=", "alpha=0.5&style=")), "Pastiche; hit");
  assert.equal(app.compute.painted.length, 2);
  assert.equal(app.fetched.length, 1);
});

Deno.test("GET /v1/stylize of another size fetches the source no second time", async () => {
  await using app = await createTestApp();
  await statusOf(app, `${PATH}&w=10`);
  await statusOf(app, `${PATH}&w=20`);
  assert.equal(app.compute.painted.length, 2);
  assert.equal(app.fetched.length, 1);
});

Deno.test("GET /v1/stylize keeps what different Accept headers ask for apart", async () => {
  await using app = await createTestApp();
  for (const accept of ["image/webp", "image/avif,image/webp", "*/*", "image/webp, text/html"]) {
    await app.request(PATH, { headers: { accept } });
  }
  const formats = app.compute.painted.map(({ output }) => output.format);
  assert.deepEqual(formats, ["auto-webp", "auto-avif", "auto"]);
});

Deno.test("GET /v1/stylize computes once for requests at the same time", async () => {
  await using app = await createTestApp();
  const open = Promise.withResolvers<void>();
  app.compute.gate = open.promise;
  const answers = Array.from({ length: 20 }, () => app.request(PATH));
  open.resolve();
  for (const answer of answers) assert.equal(await (await answer).text(), "a picture");
  assert.equal(app.compute.painted.length, 1);
  assert.equal(app.fetched.length, 1);
});

Deno.test("GET /v1/stylize knows an ETag without the picture: 304 costs no computation", async () => {
  await using app = await createTestApp();
  const etag = (await app.request(PATH)).headers.get("etag") ?? "";
  const status = async (known: string): Promise<number> => {
    const response = await app.request(PATH, { headers: { "if-none-match": known } });
    const stored = /; stored$/.test(response.headers.get("cache-status") ?? "");
    assert.equal(stored, response.status === 200);
    return response.status;
  };
  await purge(app, { style: "mosaic" });
  assert.equal(await status(etag), 304);
  assert.deepEqual([app.compute.painted.length, app.fetched.length], [1, 1], "a fresh source");
  app.time.now += 2 * HOUR;
  assert.equal(await status(etag), 304);
  assert.deepEqual([app.compute.painted.length, app.fetched.length], [1, 2], "an expired source");
  assert.equal(await status('"other"'), 200);
  assert.equal(app.compute.painted.length, 2);
});

Deno.test("GET /v1/stylize serves an expired picture at once and renews it behind", async () => {
  await using app = await createTestApp();
  await statusOf(app);
  app.time.now += 2 * HOUR;
  assert.equal(await statusOf(app), "Pastiche; hit");
  await app.pictures.idle();
  assert.equal(app.fetched.length, 2);
  assert.equal(app.compute.painted.length, 1, "the same source is not painted again");
  const response = await app.request(PATH);
  assert.match(response.headers.get("cache-status") ?? "", /hit; ttl=3600/);
});

Deno.test("GET /v1/stylize paints anew when an expired source has changed", async () => {
  let source = PIXEL;
  await using app = await createTestApp({ fetchSource: () => Promise.resolve(source) });
  const etag = async (): Promise<string | null> => (await app.request(PATH)).headers.get("etag");
  const before = await etag();
  source = Uint8Array.of(...PIXEL, 0);
  app.time.now += 2 * HOUR;
  assert.equal(await etag(), before);
  await app.pictures.idle();
  assert.notEqual(await etag(), before);
  assert.equal(app.compute.painted.length, 2);
});

Deno.test("a picture is painted in the style that it was planned with", async () => {
  const removed: Promise<unknown>[] = [];
  const fetchSource = async () => {
    removed.push(app.catalog.delete("mosaic"));
    await Promise.all(removed);
    return PIXEL;
  };
  await using app = await createTestApp({ fetchSource });
  assert.equal((await app.request(PATH)).status, 200);
  assert.equal((await app.request(PATH)).status, 404);
});

Deno.test("GET /v1/stylize asks a source for its own life", async () => {
  await using app = await createTestApp({ sourceHeaders: { cacheControl: "max-age=120" } });
  await statusOf(app);
  app.time.now += 100_000;
  assert.equal(await statusOf(app), "Pastiche; hit");
  await app.pictures.idle();
  assert.equal(app.fetched.length, 1);
  app.time.now += 30_000;
  await statusOf(app);
  await app.pictures.idle();
  assert.equal(app.fetched.length, 2);
});

Deno.test("GET /v1/stylize shows a changed style without a purge", async () => {
  await using app = await createTestApp();
  const before = await app.request(PATH);
  const model = { name: "fast", version: "v1", channels: 4 };
  const options = { metadata: { title: "mosaic" }, origin: "user", model } as const;
  await app.catalog.put("mosaic", Uint8Array.of(9), options);
  const after = await app.request(PATH);
  assert.match(after.headers.get("cache-status") ?? "", /uri-miss/);
  assert.notEqual(after.headers.get("etag"), before.headers.get("etag"));
});

Deno.test("HEAD /v1/stylize tells what is kept", async () => {
  await using app = await createTestApp();
  const picture = await app.request(PATH);
  const head = await app.request(PATH, { method: "HEAD" });
  for (const name of ["etag", "content-type", "content-length", "cache-tag"]) {
    assert.equal(head.headers.get(name), picture.headers.get(name), name);
  }
  assert.equal(await head.text(), "");
});

Deno.test.each([
  ["/v1/stylize", PATH],
  ["/v1/sheet", PATH.replace("/v1/stylize", "/v1/sheet").replace("style=", "styles=")],
])("HEAD %s answers conditions as GET does", async (_, path) => {
  await using app = await createTestApp();
  const etag = (await app.request(path)).headers.get("etag") ?? "";
  const cases = [
    ["if-none-match", etag, 304],
    ["if-none-match", '"other"', 200],
    ["if-match", etag, 200],
    ["if-match", '"other"', 412],
  ] as const;
  for (const [name, value, status] of cases) {
    for (const method of ["GET", "HEAD"]) {
      const response = await app.request(path, { method, headers: { [name]: value } });
      assert.equal(response.status, status, `${method} ${name}: ${value}`);
    }
  }
});

function purge(app: TestApp, body: unknown): Promise<Response> {
  return app.request("/v1/purge", {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
}

Deno.test.each([
  ["style", { style: "mosaic" }, ["waves"]],
  ["source", { url: "https://photos.example/cat.jpg" }, []],
  ["model", { model: "fast" }, []],
  ["everything", { all: true }, []],
  ["another style", { style: "crayon" }, ["mosaic", "waves"]],
])("POST /v1/purge of %s forgets its pictures", async (_name, body, kept) => {
  await using app = await createTestApp();
  for (const style of ["mosaic", "waves"]) await statusOf(app, PATH.replace("mosaic", style));
  assert.equal((await purge(app, body)).status, 200);
  const hits: string[] = [];
  for (const style of ["mosaic", "waves"]) {
    if (/hit/.test(await statusOf(app, PATH.replace("mosaic", style)))) hits.push(style);
  }
  assert.deepEqual(hits, kept);
});

Deno.test.each([
  [{ style: "mosaic" }, "style-mosaic"],
  [{ model: "fast" }, "model-fast"],
  [{ url: "HTTPS://photos.example/./cat.jpg#b" }, /^src-[\w-]{10,}$/],
  [{ all: true }, undefined],
])(
  "POST /v1/purge of %j names the tag that pictures and facts of them carry",
  async (body, tag) => {
    await using app = await createTestApp();
    app.compute.body = PIXEL;
    const answer = await (await purge(app, body)).json();
    if (tag === undefined) return assert.deepEqual(answer, { purged: 0 });
    assert.match(answer.tag, new RegExp(tag));
    for (const path of [PATH, PATH.replace("stylize", "info")]) {
      const tags = (await app.request(path)).headers.get("cache-tag")?.split(",") ?? [];
      assert(tags.includes(answer.tag), `${path}: ${tags}`);
    }
  },
);

Deno.test.each([{}, { style: "a", all: true }, { all: false }, { url: "cat" }, "all", null])(
  "POST /v1/purge refuses %j",
  async (body) => {
    await using app = await createTestApp();
    const response = await purge(app, body);
    assert.equal(response.status, 400);
    assert.equal((await response.json()).code, "invalid_body");
  },
);

Deno.test("POST /v1/purge of a URL finds the pictures that have it as style or mask, however spelled", async () => {
  await using app = await createTestApp();
  const style = "https://photos.example/style.jpg";
  const masked = `${PATH},waves&mask=${style}`;
  const painted = `/v1/stylize?url=/sample.jpg&style_url=${style}`;
  for (const path of [masked, painted]) {
    await statusOf(app, path);
    assert.equal(
      await statusOf(app, path.replace("https://ph", "HTTPS://Ph").replace(/$/, "%23a")),
      "Pastiche; hit",
    );
  }
  await purge(app, { url: "HTTPS://photos.example/./style.jpg#b" });
  for (const path of [masked, painted]) assert.match(await statusOf(app, path), /uri-miss/);
});

Deno.test("POST /v1/purge of the sample forgets its pictures, named as url= names it", async () => {
  await using app = await createTestApp();
  const sample = "/v1/stylize?url=/sample.jpg&style=mosaic";
  for (const path of [sample, PATH]) await statusOf(app, path);
  assert.equal((await purge(app, { url: "/sample.jpg" })).status, 200);
  assert.match(await statusOf(app, sample), /uri-miss/);
  assert.match(await statusOf(app), /hit/);
});

Deno.test("POST /v1/purge needs the administration's token", async () => {
  await using app = await createTestApp();
  const response = await app.request("/v1/purge", { method: "POST", body: '{"all":true}' });
  assert.equal(response.status, 401);
});
