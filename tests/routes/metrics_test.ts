import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";

const PATH = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic";

Deno.test("GET /metrics counts requests and looks into every part", async () => {
  await using app = await createTestApp();
  await app.request(PATH);
  await app.request(PATH);
  await Promise.all([app.request(`${PATH}&w=9`), app.request(`${PATH}&w=9`)]);
  await app.request("/nowhere/at/all");
  const text = await (await app.request("/metrics")).text();
  assert.match(
    text,
    /pastiche_requests_total\{method="GET",route="\/v1\/stylize",status="200"\} 4/,
  );
  assert.match(text, /pastiche_requests_total\{method="GET",route="other",status="404"\} 1/);
  assert.match(text, /pastiche_request_seconds_count\{route="\/v1\/stylize",cache="hit"\} 1/);
  assert.match(text, /pastiche_cache_memory_hits 1/);
  assert.match(text, /pastiche_cache_memory_misses 3/);
  for (
    const name of [
      "flights_started 2",
      "flights_joined 1",
      "flights_elsewhere 0",
      "source_fetches_running 0",
    ]
  ) {
    assert.match(text, new RegExp(`^pastiche_${name}$`, "m"));
  }
  assert.match(text, /pastiche_source_fetches 1/);
});
