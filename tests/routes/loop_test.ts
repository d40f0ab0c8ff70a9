import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";

const SOURCE = "url=https://photos.example/cat.jpg";

Deno.test.each([
  `/v1/stylize?${SOURCE}&style=mosaic`,
  `/v1/sheet?${SOURCE}&styles=mosaic`,
  `/v1/info?${SOURCE}`,
  "/v1/styles/waves",
  "/v1/styles/painting/image",
])("GET %s answers 508 to what the service sends to fetch a source", async (path) => {
  await using app = await createTestApp();
  const statistics = { mean: new Float32Array(4), std: new Float32Array(4).fill(1) };
  const model = { name: "fast", version: "v1", channels: 4 };
  const options = { metadata: { title: "A painting" }, version: "p", model };
  await app.catalog.putStatistics("painting", statistics, options);
  for (const value of ["pastiche", "a; b, pastiche", "a,pastiche;v=1 "]) {
    const response = await app.request(path, { headers: { "cdn-loop": value } });
    assert.equal(response.status, 508, value);
    assert.equal((await response.json()).code, "loop");
  }
  const other = await app.request(path, { headers: { "cdn-loop": "a, pastiches;v=pastiche" } });
  assert.equal(other.status, 200);
});
