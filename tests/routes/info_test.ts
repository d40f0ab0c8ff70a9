import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";

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

Deno.test("GET /openapi.json names what GET /v1/info takes and answers", async () => {
  await using app = await createTestApp();
  const { get } = (await (await app.request("/openapi.json")).json()).paths["/v1/info"];
  const names = get.parameters.map(({ name }: { name: string }) => name);
  assert(names.includes("style") && !names.includes("onerror") && !names.includes("download"));
  const { properties } = get.responses[200].content["application/json"].schema;
  const facts = await (await app.request(INFO)).json();
  assert.deepEqual(Object.keys(properties).sort(), Object.keys(facts).sort());
});
