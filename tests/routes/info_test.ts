import assert from "node:assert/strict";
import { SourceError } from "../../lib/source/mod.ts";
import { createTestApp, PIXEL } from "../fakes/services.ts";

const INFO = "/v1/info?url=https://photos.example/cat.jpg";

Deno.test.each([
  ["onerror=original", 400, "unknown_parameter"],
  ["filename=a", 400, "unknown_parameter"],
  ["download=1", 400, "unknown_parameter"],
  ["model=nope", 404, "unknown_model"],
  ["style=mosaic&model=nope", 404, "unknown_model"],
])("GET /v1/info refuses %s with a %d", async (query, status, code) => {
  await using app = await createTestApp();
  for (const method of ["GET", "HEAD"]) {
    const response = await app.request(`${INFO}&${query}`, { method });
    assert.equal(response.status, status);
    if (method === "GET") assert.equal((await response.json()).code, code);
  }
  assert.deepEqual(app.fetched, []);
});

Deno.test("GET /v1/info takes a preset without a style, and of others what facts need", async () => {
  const presets = new Map<string, Record<string, string>>([
    ["size", { w: "48" }],
    ["file", { style: "mosaic", filename: "a", onerror: "original" }],
  ]);
  await using app = await createTestApp({ presets });
  assert.equal((await app.request(`${INFO}&preset=size`)).status, 200);
  assert.equal(app.compute.painted.length, 0);
  const head = await app.request(`${INFO}&preset=file`, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("vary")], [200, "Accept"]);
});

Deno.test.each([
  ["", null],
  ["&style=mosaic", "Accept"],
  ["&style=mosaic&fm=jpeg", null],
])("HEAD /v1/info with %j varies by %s", async (query, vary) => {
  await using app = await createTestApp();
  const response = await app.request(INFO + query, { method: "HEAD" });
  assert.deepEqual([response.status, response.headers.get("vary")], [200, vary]);
});

Deno.test("GET /v1/info of a source itself has the tag of its pictures, and no others", async () => {
  await using app = await createTestApp();
  app.compute.body = PIXEL;
  const tagsOf = async (path: string) => (await app.request(path)).headers.get("cache-tag");
  const tag = await tagsOf(INFO);
  assert.match(tag ?? "", /^src-[\w-]+$/);
  assert.equal(await tagsOf(`${INFO}&style=mosaic`), `${tag},style-mosaic,model-fast`);
});

Deno.test.each(["", "&style=mosaic"])(
  "GET /v1/info with %j is kept by nobody for long while its source fails",
  async (query) => {
    const failures: SourceError[] = [];
    const fetchSource = () => failures[0] ? Promise.reject(failures[0]) : Promise.resolve(PIXEL);
    await using app = await createTestApp({ fetchSource });
    app.compute.body = PIXEL;
    const life = async (): Promise<string | undefined> => {
      const { headers } = await app.request(INFO + query);
      return /max-age=\d+/.exec(headers.get("cache-control") ?? "")?.[0];
    };
    assert.equal(await life(), "max-age=3600");
    failures.push(new SourceError("upstream_error", "The source answered with status 500"));
    app.time.now += 2 * 3600 * 1000;
    for (const _ of [1, 2]) {
      assert.equal(await life(), "max-age=60");
      await app.pictures.idle();
    }
  },
);

Deno.test("GET /openapi.json names what GET /v1/info takes and answers", async () => {
  await using app = await createTestApp();
  const { get } = (await (await app.request("/openapi.json")).json()).paths["/v1/info"];
  const names = get.parameters.map(({ name }: { name: string }) => name);
  assert(names.includes("style") && !names.includes("onerror") && !names.includes("download"));
  const { properties } = get.responses[200].content["application/json"].schema;
  const facts = await (await app.request(INFO)).json();
  assert.deepEqual(Object.keys(properties).sort(), Object.keys(facts).sort());
});
