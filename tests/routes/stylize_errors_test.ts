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
  [`${URL_OK}&style=mosaic&w=0`, /w=0.*1 to 16383/],
  [`${URL_OK}&style=mosaic&w=1e9`, /w=1e9/],
  [`${URL_OK}&style=mosaic&w=-5`, /w=-5/],
  [`${URL_OK}&style=mosaic&w=1.5`, /w=1.5/],
  [`${URL_OK}&style=mosaic&w=`, /w=/],
  [`${URL_OK}&style=mosaic&h=16384`, /h=16384/],
  [`${URL_OK}&style=mosaic&alpha=NaN`, /alpha=NaN.*0 to 1/],
  [`${URL_OK}&style=mosaic&alpha=1.01`, /alpha=1.01/],
  [`${URL_OK}&style=mosaic&alpha=-0`, /alpha=-0/],
  [`${URL_OK}&style=mosaic&alpha=1.0000000001`, /alpha=1.0000000001.*from 0 to 1/],
  [`${URL_OK}&style=mosaic&alpha=1e-7`, /alpha=1e-7.*decimal number/],
  [`${URL_OK}&style=mosaic&color=red`, /color=red.*style, content/],
  [`${URL_OK}&style=mosaic&fit=crop`, /fit=crop.*inside, outside/],
  [`${URL_OK}&style=mosaic&fm=svg`, /fm=svg.*auto, avif/],
  [`${URL_OK}&style=mosaic&q=0`, /q=0.*1 to 100/],
  [`${URL_OK}&style=mosaic&q=101`, /q=101/],
  [`${URL_OK}&style=mosaic&dpr=5`, /dpr=5.*1 to 4/],
  [`${URL_OK}&style=mosaic&g=middle`, /g=middle.*center/],
  [`${URL_OK}&style=mosaic&g=2,0`, /g=2,0/],
  [`${URL_OK}&style=mosaic&g=1.01,0`, /g=1.01,0/],
  [`${URL_OK}&style=mosaic&model=..`, /model=\.\./],
  [`${URL_OK}&style=mosaic:-1`, /style=mosaic:-1/],
  [`${URL_OK}&style=mosaic:0`, /all 0/],
  [`${URL_OK}&style=mosaic:0.0000001`, /all 0/],
  [`${URL_OK}&style=mosaic:100000,waves`, /weights from 0 to below 100000/],
  [`${URL_OK}&style=mosaic:NaN`, /style=/],
  [`${URL_OK}&style=Mosaic`, /style=Mosaic/],
  [`${URL_OK}&style=none:0.5,mosaic`, /none is no style.*alpha/],
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
  ["style=nope", "unknown_style", /no style "nope"$/],
  ["style=mosaic,mosiac", "unknown_style", /no style "mosiac"; did you mean "mosaic"\?$/],
  ["style=mosaic&model=huge", "unknown_model", /"huge"/],
])("GET /v1/stylize with %s answers 404", async (query, code, message) => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/stylize?${URL_OK}&${query}`);
  assert.equal(response.status, 404);
  const problem = await problemOf(response);
  assert.equal(problem["code"], code);
  assert.match(String(problem["detail"]), message);
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
    assert.equal(problem["detail"], `url: text of ${code}`);
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
    ["PUT", "/v1/stylize", 405, "GET, HEAD, POST, OPTIONS"],
    ["DELETE", "/v1/styles", 405, "GET, HEAD, OPTIONS"],
    ["POST", "/healthz", 405, "GET, HEAD"],
    ["GET", "/docs/nothing", 404, null],
    ["GET", "/v1/nothing", 404, null],
  ] as const,
)("%s %s answers %d", async (method, path, status, allow) => {
  await using app = await createTestApp();
  const response = await app.request(path, { method });
  assert.equal(response.status, status);
  assert.equal(response.headers.get("allow"), allow);
  await problemOf(response);
});

Deno.test("a picture of too many pixels is refused before there is work", async () => {
  const large = PIXEL.slice();
  new DataView(large.buffer).setUint32(16, 11_000);
  new DataView(large.buffer).setUint32(20, 11_000);
  await using app = await createTestApp({ fetchSource: () => Promise.resolve(large) });
  for (const path of [`/v1/info?${URL_OK}`, `/v1/stylize?${URL_OK}&style=mosaic`]) {
    const response = await app.request(path);
    assert.deepEqual([response.status, (await response.json()).code], [422, "image_too_large"]);
  }
  assert.deepEqual(app.compute.jobs, []);
});

Deno.test("a body that ends too early is the client's fault", async () => {
  await using app = await createTestApp();
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
  const response = await app.request("/v1/stylize?style=mosaic", { method: "POST", body });
  assert.deepEqual([response.status, (await response.json()).code], [400, "invalid_body"]);
});

Deno.test("GET /docs/problems explains the type of a problem", async () => {
  await using app = await createTestApp();
  const problem = await problemOf(await app.request(`/v1/stylize?${URL_OK}&style=nobody`));
  const [path = "", fragment = ""] = String(problem["type"]).split("#");
  const page = await (await app.request(path)).text();
  assert.match(page, new RegExp(`<tr id="${fragment}">`));
});
