import assert from "node:assert/strict";
import { ComputeError } from "../../lib/compute/mod.ts";
import { ImageError, type ImageErrorCode } from "../../lib/image/mod.ts";
import { SourceError, type SourceErrorCode } from "../../lib/source/mod.ts";
import { createTestApp, PIXEL } from "../fakes/services.ts";

const URL_OK = "url=https://photos.example/cat.jpg";

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assert.equal(problem.status, response.status);
  for (const field of ["type", "title", "detail", "instance", "code"]) {
    assert.equal(typeof problem[field], "string", field);
  }
  return problem;
}

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
  ["an empty body", "", { body: "" }, 400, "invalid_body"],
  ["a body over the limit", "", { body: new Uint8Array(2000) }, 413, "body_too_large"],
  ["no image", "", { body: "<html>" }, 415, "not_an_image"],
  ["an SVG", "", { body: "<svg xmlns='http://www.w3.org/2000/svg'/>" }, 415, "not_an_image"],
  ["a url beside the body", `&${URL_OK}`, { body: PIXEL }, 400, "invalid_parameter"],
])("POST /v1/stylize refuses %s", async (_, query, init, status, code) => {
  await using app = await createTestApp({ env: { MAX_SOURCE_BYTES: "1000" } });
  const path = `/v1/stylize?style=mosaic${query}`;
  const response = await app.request(path, { method: "POST", ...init });
  assert.equal(response.status, status);
  assert.equal((await problemOf(response))["code"], code);
});

Deno.test.each([
  ["", /url is missing/],
  ["style=mosaic", /url is missing/],
  [URL_OK, /style is missing/],
  [`${URL_OK}&style=mosaic&style_url=https://a.example/`, /more than one/],
  [`${URL_OK}&style=mosaic&w=0`, /w=0.*1 to 4096/],
  [`${URL_OK}&style=mosaic&w=1e9`, /w=1e9/],
  [`${URL_OK}&style=mosaic&w=-5`, /w=-5/],
  [`${URL_OK}&style=mosaic&w=1.5`, /w=1.5/],
  [`${URL_OK}&style=mosaic&w=`, /w=/],
  [`${URL_OK}&style=mosaic&h=99999`, /h=99999/],
  [`${URL_OK}&style=mosaic&alpha=NaN`, /alpha=NaN.*0 to 1/],
  [`${URL_OK}&style=mosaic&alpha=1.01`, /alpha=1.01/],
  [`${URL_OK}&style=mosaic&alpha=-0`, /alpha=-0/],
  [`${URL_OK}&style=mosaic&color=red`, /color=red.*style, content/],
  [`${URL_OK}&style=mosaic&fit=crop`, /fit=crop.*inside, outside/],
  [`${URL_OK}&style=mosaic&fm=svg`, /fm=svg.*auto, avif/],
  [`${URL_OK}&style=mosaic&q=0`, /q=0.*1 to 100/],
  [`${URL_OK}&style=mosaic&q=101`, /q=101/],
  [`${URL_OK}&style=mosaic&dpr=5`, /dpr=5.*1 to 4/],
  [`${URL_OK}&style=mosaic&g=middle`, /g=middle.*center/],
  [`${URL_OK}&style=mosaic&g=2,0`, /g=2,0/],
  [`${URL_OK}&style=mosaic&model=..`, /model=\.\./],
  [`${URL_OK}&style=mosaic:-1`, /style=mosaic:-1/],
  [`${URL_OK}&style=mosaic:0`, /all 0/],
  [`${URL_OK}&style=mosaic:NaN`, /style=/],
  [`${URL_OK}&style=Mosaic`, /style=Mosaic/],
  [`${URL_OK}&style=${new Array(9).fill("mosaic").join(",")}`, /1 to 8/],
  [`${URL_OK}&style=,`, /style=,/],
])("GET /v1/stylize?%s is a 400 that says why", async (query, message) => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/stylize?${query}`);
  assert.equal(response.status, 400);
  const problem = await problemOf(response);
  assert.equal(problem["code"], "invalid_parameter");
  assert.match(String(problem["detail"]), message);
  assert.deepEqual([app.fetched, app.compute.jobs], [[], []]);
});

Deno.test.each([
  ["widht=5", "unknown_parameter", /"widht"; did you mean "width"\?/],
  ["x=5", "unknown_parameter", /"x"/],
  ["colours_of=5", "unknown_parameter", /"colours_of"\. Allowed: url, .*, mask$/],
  ["__proto__=5", "unknown_parameter", /__proto__/],
  ["w=5&w=6", "repeated_parameter", /"w" twice/],
  ["w=5&width=5", "repeated_parameter", /"w" and "width"/],
])("GET /v1/stylize with %s is a 400 that names it", async (query, code, message) => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/stylize?${URL_OK}&style=mosaic&${query}`);
  assert.equal(response.status, 400);
  const problem = await problemOf(response);
  assert.equal(problem["code"], code);
  assert.match(String(problem["detail"]), message);
});

Deno.test.each([
  ["style=nope", "unknown_style"],
  ["style=mosaic,nope", "unknown_style"],
  ["style=mosaic&model=huge", "unknown_model"],
])("GET /v1/stylize with %s answers 404", async (query, code) => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/stylize?${URL_OK}&${query}`);
  assert.equal(response.status, 404);
  assert.equal((await problemOf(response))["code"], code);
  assert.equal(response.headers.get("cache-control"), "public, max-age=60");
  assert.deepEqual(app.fetched, []);
});

const SOURCE_STATUS: Readonly<Record<SourceErrorCode, number>> = {
  aborted: 499,
  address_not_allowed: 403,
  host_not_allowed: 403,
  invalid_url: 400,
  loop: 508,
  not_found: 404,
  source_too_large: 413,
  too_many_redirects: 502,
  unreachable: 502,
  upstream_error: 502,
  upstream_timeout: 504,
};

Deno.test("GET /v1/stylize answers every failure of a source with its status", async () => {
  for (const [code, status] of Object.entries(SOURCE_STATUS)) {
    const failure = new SourceError(code as SourceErrorCode, `text of ${code}`, {
      upstreamStatus: 418,
    });
    await using app = await createTestApp({ fetchSource: () => Promise.reject(failure) });
    const response = await app.request(`/v1/stylize?${URL_OK}&style=mosaic`);
    assert.equal(response.status, status, code);
    const problem = await problemOf(response);
    assert.equal(problem["code"], code);
    assert.equal(problem["detail"], `text of ${code}`);
    assert.equal(problem["upstream_status"], 418);
  }
});

const IMAGE_STATUS: Readonly<Record<ImageErrorCode, number>> = {
  corrupt_image: 422,
  encode_failed: 500,
  image_too_large: 422,
  not_an_image: 415,
  unsupported_image: 415,
};

Deno.test("GET /v1/stylize answers every failure of a picture with its status", async () => {
  for (const [code, status] of Object.entries(IMAGE_STATUS)) {
    await using app = await createTestApp();
    app.compute.failure = new ImageError(code as ImageErrorCode, `text of ${code}`);
    const response = await app.request(`/v1/stylize?${URL_OK}&style=mosaic`);
    assert.equal(response.status, status, code);
    assert.equal((await problemOf(response))["code"], code);
  }
});

Deno.test.each(
  [
    ["queue_full", 503],
    ["deadline", 504],
    ["closed", 503],
    ["worker_failed", 500],
  ] as const,
)("GET /v1/stylize answers %s with %d and says nothing of its inside", async (code, status) => {
  await using app = await createTestApp();
  app.compute.failure = new ComputeError(code, "secret inside", { retryAfter: 7 });
  const response = await app.request(`/v1/stylize?${URL_OK}&style=mosaic`);
  assert.equal(response.status, status);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("retry-after"), status === 503 ? "7" : null);
  assert.doesNotMatch(await response.text(), /secret/);
  // What is away or full is told once, elsewhere: a line for each request would be a storm.
  const level = status === 503 ? "debug" : "error";
  assert(app.lines.some((line) => line.startsWith(level) && line.includes("secret inside")));
});

Deno.test("GET /v1/stylize answers an error that nobody foresaw with a bare 500", async () => {
  await using app = await createTestApp();
  app.compute.failure = new TypeError("x is undefined in /private/place");
  const response = await app.request(`/v1/stylize?${URL_OK}&style=mosaic`);
  assert.equal(response.status, 500);
  const problem = await problemOf(response);
  assert.deepEqual([problem["code"], problem["detail"]], ["internal", "Internal Server Error"]);
});

Deno.test.each(
  [
    ["PUT", "/v1/stylize", 405, "GET, HEAD, POST"],
    ["DELETE", "/v1/styles", 405, "GET, HEAD"],
    ["POST", "/healthz", 405, "GET, HEAD"],
    ["GET", "/v1/nothing", 404, null],
  ] as const,
)("%s %s answers %d", async (method, path, status, allow) => {
  await using app = await createTestApp();
  const response = await app.request(path, { method });
  assert.equal(response.status, status);
  assert.equal(response.headers.get("allow"), allow);
  await problemOf(response);
});

Deno.test("GET /docs/problems explains the type of a problem", async () => {
  await using app = await createTestApp();
  const problem = await problemOf(await app.request(`/v1/stylize?${URL_OK}&style=nobody`));
  const [path = "", fragment = ""] = String(problem["type"]).split("#");
  const page = await (await app.request(path)).text();
  assert.match(page, new RegExp(`<tr id="${fragment}">`));
});
