import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";

Deno.test("GET /openapi.json describes every route and parameter", async () => {
  await using app = await createTestApp();
  const document = await (await app.request("/openapi.json")).json();
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(document.servers, [{ url: "." }]);
  const { parameters } = document.paths["/v1/stylize"].get;
  const byName = new Map(parameters.map((one: { name: string }) => [one.name, one]));
  for (const name of ["url", "style", "alpha", "w", "mask", "onerror", "sig"]) {
    assert(byName.has(name), name);
  }
  const width = parameters.find((one: { name: string }) => one.name === "w");
  assert.deepEqual(width.schema, { type: "integer", minimum: 1, maximum: 16_383 });
  const answers = Object.keys(document.paths["/v1/stylize"].get.responses);
  assert(["200", "304", "400", "404", "502", "503"].every((status) => answers.includes(status)));
  for (const method of ["get", "post"]) {
    const { headers } = document.paths["/v1/stylize"][method].responses["200"];
    assert.deepEqual(Object.keys(headers), ["Pastiche-Substitute"]);
  }
});

Deno.test("GET /openapi.json has examples only of what a picture needs: /docs sends them", async () => {
  await using app = await createTestApp();
  const { paths } = await (await app.request("/openapi.json")).json();
  const examples = (path: string, method: string): unknown => {
    const parameters: { name: string; schema: { example?: string } }[] =
      paths[path][method].parameters;
    const withExample = parameters.filter(({ schema }) => schema.example !== undefined);
    return Object.fromEntries(withExample.map(({ name, schema }) => [name, schema.example]));
  };
  const [url, style] = ["/sample.jpg", "oil-strokes:0.6,mosaic:0.4"];
  assert.deepEqual(examples("/v1/stylize", "get"), { url, style });
  assert.deepEqual(examples("/v1/stylize", "post"), { style });
  assert.deepEqual(examples("/v1/sheet", "get"), { url, styles: "mosaic,woodcut" });
  assert.deepEqual(examples("/v1/info", "get"), { url, style });
  assert.deepEqual(examples("/v1/styles", "get"), {});
});

Deno.test("GET /openapi.json allows every cursor that GET /v1/styles hands out", async () => {
  await using app = await createTestApp();
  const options = {
    metadata: { title: "A church" },
    origin: "user",
    model: { name: "fast", version: "v1", channels: 4 },
  } as const;
  for (const id of ["church-at-auvers", "a".repeat(64)]) {
    await app.catalog.put(id, new TextEncoder().encode(id), options);
  }
  const document = await (await app.request("/openapi.json")).json();
  const { schema } = document.paths["/v1/styles"].get.parameters.find(
    ({ name }: { name: string }) => name === "cursor",
  );
  const cursors: string[] = [];
  for (let path = "/v1/styles?limit=1"; path !== undefined;) {
    const { next } = await (await app.request(path)).json();
    const cursor = new URL(next ?? "/", "http://localhost").searchParams.get("cursor");
    if (cursor !== null) cursors.push(cursor);
    path = next;
  }
  assert.equal(cursors.length, 3);
  for (const cursor of cursors) {
    assert.match(cursor, new RegExp(schema.pattern));
    assert(cursor.length <= schema.maxLength);
  }
});

Deno.test("GET /openapi.json lists what requests about styles can meet", async () => {
  await using app = await createTestApp();
  const { paths } = await (await app.request("/openapi.json")).json();
  const { put } = paths["/v1/styles/{id}"];
  const { get } = paths["/v1/styles/{id}/image"];
  assert.match(put.responses[413].description, /Style picture is too large/);
  for (const status of [410, 412, 429]) assert(!(status in put.responses), `PUT ${status}`);
  for (const status of [413, 415, 502]) assert(!(status in get.responses), `GET ${status}`);
});

Deno.test("GET /docs loads only files of this service", async () => {
  await using app = await createTestApp();
  const page = await (await app.request("/docs")).text();
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
  assert.equal(files.length, 4);
  for (const path of files) {
    assert.match(path, /^\w/, "relative: a proxy may put a folder before it");
    const file = await app.request(`/${path}`);
    assert.equal(file.status, 200, path);
    assert((await file.bytes()).length > 50, path);
  }
});

Deno.test("GET /docs/problems explains every code that the interface has", async () => {
  await using app = await createTestApp();
  const document = await (await app.request("/openapi.json")).json();
  const page = await (await app.request("/docs/problems")).text();
  const codes: string[] = document.components.schemas.Problem.properties.code.enum;
  assert(codes.length > 40);
  for (const code of codes) assert(page.includes(`<tr id="${code}">`), code);
});

Deno.test("GET /openapi.json names PUBLIC_URL as its server, and where it is opened", async () => {
  await using app = await createTestApp({ env: { PUBLIC_URL: "https://img.example.org" } });
  const document = await (await app.request("/openapi.json")).json();
  assert.deepEqual(document.servers, [{ url: "https://img.example.org" }, { url: "." }]);
});
