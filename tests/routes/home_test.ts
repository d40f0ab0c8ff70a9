import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";

const SIGNED = { SIGNING_KEYS: `k1:${"0f".repeat(32)}` };
const QUERY = "url=%2Fsample.jpg&style=mosaic&w=200";

function addresses(...queries: readonly string[]): string {
  return `/page/addresses?${new URLSearchParams(queries.map((query) => ["q", query]))}`;
}

Deno.test("GET / says whether addresses must be signed, and holds no key", async () => {
  for (const env of [{}, SIGNED]) {
    await using app = await createTestApp({ env });
    const response = await app.request("/");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    const page = await response.text();
    assert.match(page, new RegExp(`data-signed="${env === SIGNED}"`));
    assert(!page.includes("0f0f"));
  }
});

Deno.test("GET /page/addresses gives addresses of the sample that work where only signed ones do", async () => {
  await using app = await createTestApp({ env: SIGNED });
  assert.equal((await app.request(`/v1/stylize?${QUERY}`)).status, 403);
  const response = await app.request(addresses(QUERY, `${QUERY}&alpha=0.5`));
  assert.equal(response.headers.get("cache-control"), "no-store");
  const paths: string[] = await response.json();
  assert.equal(paths.length, 2);
  assert(!JSON.stringify(paths).includes("0f0f"));
  for (const path of paths) assert.equal((await app.request(path)).status, 200, path);
});

Deno.test("GET /page/addresses signs presets of the sample", async () => {
  const presets = new Map([["card", { style: "mosaic" }]]);
  await using app = await createTestApp({ env: { ...SIGNED, PRESETS_ONLY: "true" }, presets });
  const response = await app.request(addresses("url=%2Fsample.jpg&preset=card"));
  const [path = ""]: string[] = await response.json();
  assert.equal((await app.request(path)).status, 200, path);
});

Deno.test("GET /page/addresses signs nothing where no key is set", async () => {
  await using app = await createTestApp();
  assert.deepEqual(await (await app.request(addresses(QUERY))).json(), [`/v1/stylize?${QUERY}`]);
});

Deno.test.each([
  ["no query", []],
  ["too many queries", Array.from({ length: 21 }, () => QUERY)],
  ["another picture", [QUERY.replace("%2Fsample.jpg", "https://example.com/a.jpg")]],
  ["two pictures", [`${QUERY}&url=https://example.com/a.jpg`]],
  ["a large picture", [QUERY.replace("200", "1025")]],
  ["a parameter twice", [`${QUERY}&w=2000`]],
  ["another parameter", [`${QUERY}&style_url=https://example.com/a.jpg`]],
])("GET /page/addresses answers 400 for %s", async (_, queries) => {
  await using app = await createTestApp({ env: SIGNED });
  const response = await app.request(addresses(...queries));
  assert.equal(response.status, 400);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal((await response.json()).code, "invalid_parameter");
});
