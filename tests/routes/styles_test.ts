import assert from "node:assert/strict";
import { createTestApp, PIXEL, TOKEN } from "../fakes/services.ts";

const ADMIN = { authorization: `Bearer ${TOKEN}` };

Deno.test("GET /v1/styles lists the catalog in pages", async () => {
  await using app = await createTestApp();
  const first = await (await app.request("/v1/styles?limit=1")).json();
  assert.deepEqual(first.styles.map(({ id }: { id: string }) => id), ["mosaic"]);
  const second = await (await app.request(first.next)).json();
  assert.deepEqual(second.styles.map(({ id }: { id: string }) => id), ["waves"]);
  assert.equal(second.styles[0].image, "/v1/styles/waves/image");
});

Deno.test.each([["limit=0"], ["limit=201"], ["limit=x"], ["page=2"], ["cursor=%ff"]])(
  "GET /v1/styles?%s is a 400",
  async (query) => {
    await using app = await createTestApp();
    const response = await app.request(`/v1/styles?${query}`);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
  },
);

Deno.test("GET /v1/styles/{id} describes a style, or answers 404", async () => {
  await using app = await createTestApp();
  const style = await (await app.request("/v1/styles/mosaic")).json();
  assert.deepEqual([style.id, style.origin, style.picture], ["mosaic", "builtin", {
    width: 3,
    height: 2,
  }]);
  assert.equal((await app.request("/v1/styles/nope")).status, 404);
});

Deno.test("a style's id that no store could look up is unknown, and breaks nothing", async () => {
  await using app = await createTestApp();
  const id = "a".repeat(2100);
  for (const path of [`/v1/styles/${id}`, `/v1/stylize?url=/sample.jpg&style=${id}`]) {
    assert.equal((await app.request(path)).status, 404);
  }
  assert.equal((await app.request(`/v1/styles?cursor=${id}`)).status, 400);
  assert.equal((await (await app.request("/readyz")).json()).status, "ready");
});

Deno.test("PUT, GET and DELETE /v1/styles/{id} with the token", async () => {
  await using app = await createTestApp();
  const put = { method: "PUT", body: PIXEL, headers: ADMIN };
  const path = "/v1/styles/mine?title=My%20style&artist=Me&year=2026";
  const created = await app.request(path, put);
  assert.equal(created.status, 201);
  const style = await created.json();
  assert.deepEqual([style.title, style.artist, style.year], ["My style", "Me", 2026]);
  for (const again of [path, "/v1/styles/mine"]) {
    const response = await app.request(again, put);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), style);
  }
  const painted = await app.request("/v1/stylize?url=/sample.jpg&style=mine");
  assert.equal(painted.status, 200);
  const image = await app.request("/v1/styles/mine/image");
  assert.equal(image.status, 200);
  assert.equal(image.headers.get("cache-tag"), "style-mine");
  assert.deepEqual(app.compute.painted.at(-1)?.source, PIXEL);
  assert.equal(app.compute.painted.at(-1)?.target, undefined);
  const { length } = app.compute.painted;
  assert.equal((await app.request("/v1/styles/mine/image", { method: "HEAD" })).status, 200);
  assert.equal(app.compute.painted.length, length);
  const removed = await app.request("/v1/styles/mine", { method: "DELETE", headers: ADMIN });
  assert.equal(removed.status, 204);
  assert.equal((await app.request("/v1/styles/mine")).status, 404);
});

Deno.test.each([
  ["application/json"],
  // What `curl -d` says.
  ["application/x-www-form-urlencoded"],
])("PUT /v1/styles/{id} reads a URL that is sent as %s", async (type) => {
  await using app = await createTestApp();
  const headers = { ...ADMIN, "content-type": type };
  const put = (body: string): Promise<Response> =>
    app.request("/v1/styles/mine", { method: "PUT", body, headers });
  assert.equal((await put('{"url":"https://photos.example/cat.jpg"}')).status, 201);
  assert.deepEqual(app.fetched, ["https://photos.example/cat.jpg"]);
  const refused = await put('{"link":"https://photos.example/"}');
  assert.equal((await refused.json()).code, "invalid_body");
});

Deno.test("GET /v1/styles/{id}/image of statistics alone is the sample in that style", async () => {
  await using app = await createTestApp();
  const model = { name: "fast", version: "v1", channels: 4 };
  const statistics = { mean: new Float32Array(4), std: new Float32Array(4).fill(1) };
  const options = { metadata: { title: "A painting" }, version: "p", model };
  await app.catalog.putStatistics("painting", statistics, options);
  const path = "/v1/styles/painting/image?w=200";
  const early = await app.request(path, { method: "HEAD" });
  assert.deepEqual([early.status, early.headers.get("cache-control")], [200, "no-store"]);
  assert.deepEqual(app.compute.jobs, []);
  const picture = await app.request(path);
  assert.equal(picture.status, 200);
  assert.equal(app.compute.painted[0]?.target?.styles.length, 1);
  const late = await app.request(path, { method: "HEAD" });
  for (const name of ["etag", "content-length", "cache-tag", "cache-control"]) {
    assert.equal(late.headers.get(name), picture.headers.get(name), name);
  }
  const ends = Math.floor(Date.now() / 1000) + 100;
  const signed = await app.request(`${path}&expires=${ends}`);
  assert.equal(signed.headers.get("cache-control"), "public");
  assert.equal(signed.headers.get("expires"), new Date(1000 * ends).toUTCString());
  for (const query of ["w=0", "w=9&expires=-1", "w=9&alpha=1"]) {
    assert.equal((await app.request(`/v1/styles/painting/image?${query}`)).status, 400, query);
  }
  assert.equal((await app.request("/v1/styles/nope/image")).status, 404);
});

Deno.test.each([
  ["no token", {}],
  ["a wrong token", { authorization: "Bearer wrong" }],
  ["another scheme", { authorization: `Basic ${TOKEN}` }],
])("PUT /v1/styles/{id} with %s is a 401 and changes nothing", async (_, headers) => {
  await using app = await createTestApp();
  const response = await app.request("/v1/styles/mine", { method: "PUT", body: PIXEL, headers });
  assert.equal(response.status, 401);
  assert.equal(response.headers.get("www-authenticate"), "Bearer");
  assert.equal(app.compute.jobs.length, 0);
});

Deno.test("PUT /v1/styles/{id} is a 403 where administration is off", async () => {
  await using app = await createTestApp({ env: { ADMIN_TOKEN: "" } });
  const response = await app.request("/v1/styles/mine", { method: "PUT", headers: ADMIN });
  assert.equal(response.status, 403);
});

Deno.test.each(
  [
    ["/v1/styles/Not%20An%20Id", PIXEL, 400, "invalid_style"],
    ["/v1/styles/none", PIXEL, 400, "invalid_style"],
    ["/v1/styles/mine?year=soon", PIXEL, 400, "invalid_parameter"],
    ["/v1/styles/mine?colour=red", PIXEL, 400, "unknown_parameter"],
    ["/v1/styles/mine", "", 400, "invalid_body"],
    ["/v1/styles/mine", new Uint8Array(6 * 1024 * 1024), 413, "style_too_large"],
  ] as const,
)("PUT %s is refused", async (path, body, status, code) => {
  await using app = await createTestApp();
  const response = await app.request(path, { method: "PUT", body, headers: ADMIN });
  assert.equal(response.status, status);
  assert.equal((await response.json()).code, code);
});

Deno.test.each([
  ["PUT", "mine?title=", /title=: it must have 1 to 500 characters$/],
  ["PUT", "mine?artist=%20", /it must have 1 to 500 characters$/],
  ["PUT", "mine?year=soon", /year=soon: it must be a year from -9999 to 9999$/],
  ["DELETE", "mosaic?force=1", /Unknown parameter "force": none is allowed here$/],
  ["GET", "mosaic?x=1", /Unknown parameter "x": none is allowed here$/],
])("%s /v1/styles/%s is refused with what is allowed", async (method, path, text) => {
  await using app = await createTestApp();
  const body = method === "PUT" ? PIXEL : null;
  const response = await app.request(`/v1/styles/${path}`, { method, body, headers: ADMIN });
  assert.equal(response.status, 400);
  assert.match((await response.json()).detail, text);
  assert.equal((await app.request("/v1/styles/mosaic")).status, 200);
});

Deno.test("PUT /v1/styles/{id} takes no form and says so", async () => {
  await using app = await createTestApp();
  const body = new FormData();
  body.set("image", new File([PIXEL], "a.png"));
  const response = await app.request("/v1/styles/mine", { method: "PUT", body, headers: ADMIN });
  assert.equal(response.status, 400);
  assert.match((await response.json()).detail, /the picture itself as the body.*no form/);
});

Deno.test("GET /healthz and /readyz tell how the service is", async () => {
  await using app = await createTestApp();
  assert.deepEqual(await (await app.request("/healthz")).json(), { status: "ok" });
  assert.equal((await app.request("/readyz")).status, 200);
  app.compute.ready = 0;
  const response = await app.request("/readyz");
  assert.equal(response.status, 503);
  assert.equal((await response.json()).status, "not ready");
  app.compute.ready = 1;
  app.drain.abort();
  const draining = await app.request("/readyz");
  assert.deepEqual([draining.status, (await draining.json()).status], [503, "draining"]);
  assert.equal((await app.request("/healthz")).status, 200);
});

Deno.test("GET / is a page that loads only its own files", async () => {
  await using app = await createTestApp();
  const page = await app.request("/");
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  const html = await page.text();
  for (const [, path = ""] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    const file = await app.request(path);
    assert.equal(file.status, 200, path);
    await file.body?.cancel();
  }
  assert.doesNotMatch(html, /https?:\/\//);
  assert.equal((await app.request("/styles/styles.json")).status, 404);
});
