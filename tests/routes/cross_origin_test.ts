import assert from "node:assert/strict";
import { createTestApp, PIXEL, type TestAppOptions, TOKEN } from "../fakes/services.ts";

const PICTURE = "/v1/stylize?url=/sample.jpg&style=mosaic&fm=jpeg";
const KEYS = { env: { SIGNING_KEYS: `k1:${"0a".repeat(32)}` } };
const ADMIN = { authorization: `Bearer ${TOKEN}` };

type Case = readonly [
  path: string,
  init: RequestInit,
  status: number,
  options?: TestAppOptions,
];

const OPEN: readonly Case[] = [
  [PICTURE, {}, 200],
  [PICTURE, { method: "HEAD" }, 200],
  [PICTURE, { headers: { "if-none-match": "*" } }, 304],
  [PICTURE, { headers: { "if-match": '"other"' } }, 412],
  [PICTURE, {}, 403, KEYS],
  ["/v1/stylize?style=mosaic", { method: "POST", body: PIXEL }, 200],
  ["/v1/stylize?style=nope", { method: "POST", body: PIXEL }, 404],
  ["/v1/stylize?url=/sample.jpg&style=nope&onerror=original", {}, 200],
  ["/v1/stylize?url=/sample.jpg&style=nope&onerror=https://a.example/b.png", {}, 302],
  ["/v1/sheet?url=/sample.jpg&styles=mosaic,waves", {}, 200],
  ["/v1/sheet?url=/sample.jpg", {}, 400],
  ["/v1/info?url=https://photos.example/cat.jpg", {}, 200],
  ["/v1/info", {}, 400],
  ["/v1/styles", {}, 200],
  ["/v1/styles?limit=0", {}, 400],
  ["/v1/styles/mosaic", {}, 200],
  ["/v1/styles/nope", {}, 404],
  ["/v1/styles/pixel/image", {}, 200],
  ["/v1/styles/nope/image", {}, 404],
];

Deno.test.each(
  OPEN.map(([path, init, status, options]) =>
    [`${init.method ?? "GET"} ${path}`, status, path, init, options] as const
  ),
)("pages of any origin may read %s, a %d", async (_, status, path, init, options) => {
  await using app = await createTestApp(options);
  await app.request("/v1/styles/pixel", { method: "PUT", body: PIXEL, headers: ADMIN });
  for (const time of ["first", "second"]) {
    const response = await app.request(path, init);
    assert.equal(response.status, status);
    assert.equal(response.headers.get("access-control-allow-origin"), "*", time);
    const exposed = response.headers.get("access-control-expose-headers") ?? "";
    for (const name of ["ETag", "Cache-Status", "Server-Timing", "Retry-After", "RateLimit"]) {
      assert(exposed.split(", ").includes(name), name);
    }
  }
});

const CLOSED: readonly Case[] = [
  ["/v1/styles/mine", { method: "PUT", body: PIXEL, headers: ADMIN }, 201],
  ["/v1/styles/mosaic", { method: "DELETE", headers: ADMIN }, 204],
  ["/v1/styles/mosaic", { method: "DELETE" }, 401],
  ["/v1/purge", { method: "POST", body: '{"all":true}', headers: ADMIN }, 200],
  ["/v1/purge", { method: "OPTIONS" }, 405],
  ["/healthz", {}, 200],
  ["/readyz", {}, 200],
  ["/metrics", {}, 200],
];

Deno.test.each(
  CLOSED.map(([path, init, status]) =>
    [`${init.method ?? "GET"} ${path}`, status, path, init] as const
  ),
)("pages of other origins may not read %s, a %d", async (_, status, path, init) => {
  await using app = await createTestApp();
  const response = await app.request(path, init);
  assert.equal(response.status, status);
  assert.equal(response.headers.get("access-control-allow-origin"), null);
});

Deno.test.each([
  ["/v1/stylize", "GET, HEAD, POST"],
  ["/v1/sheet", "GET, HEAD"],
  ["/v1/info", "GET, HEAD"],
  ["/v1/styles", "GET, HEAD"],
  ["/v1/styles/mosaic", "GET, HEAD"],
  ["/v1/styles/mosaic/image", "GET, HEAD"],
])("a preflight request of %s needs no signature and allows %s", async (path, methods) => {
  await using app = await createTestApp({ env: { ...KEYS.env, RATE_LIMIT: "1" } });
  for (const _ of [1, 2]) {
    const response = await app.request(path, {
      method: "OPTIONS",
      headers: { origin: "https://a.example", "access-control-request-method": "GET" },
    });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    assert.equal(response.headers.get("access-control-allow-methods"), methods);
    const sent = response.headers.get("access-control-allow-headers") ?? "";
    for (const name of ["Content-Type", "If-None-Match"]) assert(sent.includes(name), name);
  }
});
