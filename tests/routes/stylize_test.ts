import assert from "node:assert/strict";
import { ComputeError, type RunOptions } from "../../lib/compute/mod.ts";
import { createTestApp, PIXEL } from "../fakes/services.ts";

const URL_OK = "url=https://photos.example/cat.jpg";

Deno.test("GET /v1/stylize answers a picture with its headers", async () => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/stylize?${URL_OK}&style=mosaic&w=320`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "image/jpeg");
  assert.equal(await response.text(), "a picture");
  const headers = Object.fromEntries(response.headers);
  assert.match(headers["etag"] ?? "", /^"[\w-]{22}"$/);
  assert.equal(headers["vary"], "Accept");
  assert.match(headers["cache-tag"] ?? "", /^src-[\w-]{22},style-mosaic,model-fast$/);
  assert.match(headers["cache-control"] ?? "", /^public, max-age=86400, s-maxage=31536000/);
  assert.equal(headers["content-security-policy"], "default-src 'none'; sandbox");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["cross-origin-resource-policy"], "cross-origin");
  assert.match(headers["server-timing"] ?? "", /fetch;dur=[\d.]+, decode;dur=1\.3, adain;dur=2\.0/);
  assert.equal(headers["cache-status"], "Pastiche; fwd=uri-miss; stored");
  assert.deepEqual(app.fetched, ["https://photos.example/cat.jpg"]);
});

Deno.test("GET /v1/stylize gives the worker what was asked", async () => {
  await using app = await createTestApp();
  await app.request(
    `/v1/stylize?${URL_OK}&style=waves:1,mosaic:3&alpha=0.50&color=content` +
      "&w=101&h=77&fit=cover&g=0.25,1&dpr=1.5&fm=webp&q=60",
  );
  const [job] = app.compute.painted;
  assert(job?.target);
  assert.deepEqual(job.target.styles.map(({ weight }) => weight), [0.75, 0.25]);
  assert.deepEqual([job.target.alpha, job.target.colour], [0.5, "content"]);
  assert.deepEqual(job.output, { format: "webp", quality: 60 });
  assert.deepEqual(job.geometry, {
    width: 101,
    height: 77,
    fit: "cover",
    gravity: { x: 0.25, y: 1 },
    dpr: 1.5,
    enlarge: true,
    maxSide: 2048,
  });
});

Deno.test("GET /v1/stylize encodes no style picture: its statistics come from the catalog", async () => {
  await using app = await createTestApp();
  await app.request(`/v1/stylize?${URL_OK}&style=mosaic`);
  assert.deepEqual(app.compute.jobs.map(({ kind }) => kind), ["paint"]);
});

Deno.test("GET /v1/stylize with style_url analyses the picture once", async () => {
  await using app = await createTestApp();
  const path = `/v1/stylize?${URL_OK}&style_url=https://photos.example/style.png`;
  await app.request(path);
  const response = await app.request(`${path}&alpha=0.5`);
  assert.equal(response.status, 200);
  assert.deepEqual(app.compute.jobs.map(({ kind }) => kind), ["analyze", "paint", "paint"]);
});

Deno.test("GET /v1/stylize with style=none makes a plain thumbnail", async () => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/stylize?${URL_OK}&style=none&w=100`);
  assert.equal(response.status, 200);
  assert.equal(app.compute.painted[0]?.target, undefined);
  assert.equal(app.compute.painted[0]?.geometry.maxSide, 4096);
});

Deno.test("GET /v1/stylize takes every side that MAX_PLAIN_SIDE allows", async () => {
  await using app = await createTestApp({ env: { MAX_PLAIN_SIDE: "16383" } });
  const response = await app.request(`/v1/stylize?${URL_OK}&style=none&w=16383`);
  assert.equal(response.status, 200);
  const { width, maxSide } = app.compute.painted[0]?.geometry ?? {};
  assert.deepEqual([width, maxSide], [16_383, 16_383]);
});

Deno.test("GET /v1/stylize of /sample.jpg fetches nothing", async () => {
  await using app = await createTestApp();
  const response = await app.request("/v1/stylize?url=/sample.jpg&style=mosaic");
  assert.equal(response.status, 200);
  assert.deepEqual(app.fetched, []);
});

Deno.test("GET /v1/stylize treats other spellings of one wish as one picture", async () => {
  await using app = await createTestApp();
  const etag = async (query: string): Promise<string | null> =>
    (await app.request(`/v1/stylize?${URL_OK}&${query}`)).headers.get("etag");
  const one = await etag("style=mosaic&w=100&h=50&alpha=0.5&fm=jpeg");
  assert.equal(await etag("format=jpg&height=50&width=0100&strength=0.50&style=mosaic:7"), one);
  assert.notEqual(await etag("style=mosaic&w=100&h=51&alpha=0.5&fm=jpeg"), one);
  assert.notEqual(await etag("style=waves&w=100&h=50&alpha=0.5&fm=jpeg"), one);
  const blend = await etag("style=mosaic:1,waves:3");
  assert.equal(await etag("style=waves:6,mosaic:2"), blend);
});

Deno.test.each([
  // What window.devicePixelRatio is at 133 %.
  ["dpr=1.3333333730697632", "dpr=1.333333"],
  ["alpha=0.3333333333333333", "alpha=0.333333"],
  ["alpha=1.0000000", "alpha=1"],
  ["fit=cover&w=9&h=9&g=0.3333333333,.5", "fit=cover&w=9&h=9&g=0.333333,0.5"],
  [
    "style=mosaic:0.3333333333333333,waves:0.6666666666666666",
    "style=mosaic:0.333333,waves:0.666667",
  ],
])("GET /v1/stylize takes %s for %s", async (long, short) => {
  await using app = await createTestApp();
  const etag = async (query: string): Promise<string | null> => {
    const style = query.startsWith("style=") ? "" : "&style=mosaic";
    const response = await app.request(`/v1/stylize?${URL_OK}&${query}${style}`);
    assert.equal(response.status, 200);
    return response.headers.get("etag");
  };
  assert.equal(await etag(long), await etag(short));
});

Deno.test("GET /v1/stylize gives another ETag when the source or the style changes", async () => {
  let picture = PIXEL;
  await using app = await createTestApp({ fetchSource: () => Promise.resolve(picture) });
  const etag = async (): Promise<string | null> =>
    (await app.request(`/v1/stylize?${URL_OK}&style=mosaic`)).headers.get("etag");
  const first = await etag();
  assert.equal(await etag(), first);
  picture = Uint8Array.of(...PIXEL, 0);
  app.time.now += 2 * 3600 * 1000;
  await etag();
  await app.pictures.idle();
  const second = await etag();
  assert.notEqual(second, first);
  const model = { name: "fast", version: "v1", channels: 4 };
  const options = { metadata: { title: "mosaic" }, origin: "user", model } as const;
  await app.catalog.put("mosaic", Uint8Array.of(1, 2, 3), options);
  assert.notEqual(await etag(), second);
});

Deno.test("GET /v1/stylize answers 412 without computing where If-Match names another picture", async () => {
  await using app = await createTestApp();
  const path = `/v1/stylize?${URL_OK}&style=mosaic&onerror=original`;
  const etag = (await app.request(path)).headers.get("etag") ?? "";
  for (const header of [etag, `"other", ${etag}`, "*"]) {
    const response = await app.request(path, { headers: { "if-match": header } });
    assert.equal(response.status, 200, header);
  }
  // If-Match comes first, and compares strongly (RFC 9110 section 13.2.2).
  for (const header of ['"other"', `W/${etag}`, ""]) {
    const headers = { "if-match": header, "if-none-match": etag };
    const response = await app.request(path, { headers });
    assert.equal(response.status, 412, header);
    assert.equal((await response.json()).code, "precondition_failed");
  }
  assert.equal(app.compute.painted.length, 1);
});

Deno.test("GET /v1/stylize answers 304 without computing", async () => {
  await using app = await createTestApp();
  const path = `/v1/stylize?${URL_OK}&style=mosaic`;
  const etag = (await app.request(path)).headers.get("etag") ?? "";
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const response = await app.request(path, { headers: { "if-none-match": header } });
    assert.equal(response.status, 304, header);
    assert.doesNotMatch(response.headers.get("cache-status") ?? "", /stored/);
    assert.equal(response.headers.get("etag"), etag);
    assert.equal(await response.text(), "");
  }
  assert.equal(app.compute.painted.length, 1);
  const changed = await app.request(path, { headers: { "if-none-match": '"other"' } });
  assert.equal(changed.status, 200);
});

Deno.test("HEAD /v1/stylize fetches and computes nothing", async () => {
  await using app = await createTestApp();
  const head = { method: "HEAD" };
  const response = await app.request(`/v1/stylize?${URL_OK}&style=mosaic&fm=png`, head);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.equal((await app.request(`/v1/stylize?${URL_OK}&style=nope`, head)).status, 404);
  assert.deepEqual([app.fetched, app.compute.jobs], [[], []]);
});

Deno.test.each([
  ["image/webp,*/*", "auto-webp"],
  ["image/avif,image/webp;q=0.8", "auto-avif"],
  ["image/avif;q=0,image/webp", "auto-webp"],
  ["image/avif", "auto"],
  ["image/webp;q=0,image/png", "auto"],
  ["*/*", "auto"],
  ["image/*", "auto"],
  ["", "auto"],
  ["image/webp;q=nonsense", "auto"],
])("GET /v1/stylize with Accept %j asks for %s", async (accept, format) => {
  await using app = await createTestApp();
  await app.request(`/v1/stylize?${URL_OK}&style=mosaic`, { headers: { accept } });
  assert.equal(app.compute.painted[0]?.output.format, format);
});

Deno.test("POST /v1/stylize paints the body and is not shared by caches", async () => {
  await using app = await createTestApp();
  const init = { method: "POST", body: PIXEL, headers: { "content-type": "image/png" } };
  const response = await app.request("/v1/stylize?style=mosaic&fm=png", init);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.match(response.headers.get("cache-control") ?? "", /^private/);
  assert.equal(response.headers.get("cache-tag"), null);
  assert.deepEqual(app.compute.painted[0]?.source, PIXEL);
});

Deno.test.each([
  ["GET", "url=https://photos.example/cat.jpg&"],
  ["POST", ""],
])("%s /v1/stylize ends the analysis of a style_url with its caller", async (method, source) => {
  await using app = await createTestApp();
  const begun = Promise.withResolvers<RunOptions>();
  app.compute.run = (_job, options = {}) => {
    begun.resolve(options);
    const { promise, reject } = Promise.withResolvers<never>();
    options.signal?.addEventListener("abort", () => reject(new ComputeError("aborted", "left")));
    return promise;
  };
  const leave = new AbortController();
  const answer = app.request(`/v1/stylize?${source}style_url=https://photos.example/style.png`, {
    method,
    ...(method === "POST" ? { body: PIXEL } : {}),
    signal: leave.signal,
  });
  const { bytes = 0, signal } = await begun.promise;
  assert(bytes > PIXEL.length, "its decoded pixels count");
  leave.abort();
  assert.equal((await answer).status, 499);
  assert(signal?.aborted);
});
