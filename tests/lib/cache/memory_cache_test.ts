import assert from "node:assert/strict";
import { memoryCache } from "../../../lib/cache/mod.ts";
import { entryOf } from "./_entries.ts";

const clock = (): number => 1500;

Deno.test("memoryCache() gives back what was put, fresh or stale, until its end", async () => {
  let now = 1500;
  const cache = memoryCache({ maxBytes: 100_000, clock: () => now });
  await cache.put("cat", entryOf());
  assert.deepEqual(await cache.get("cat"), entryOf());
  assert.equal(await cache.get("Cat"), undefined);
  now = 2999;
  assert.ok(await cache.get("cat"));
  now = 3000;
  assert.equal(await cache.get("cat"), undefined);
  await cache.put("cat", entryOf());
  assert.equal(cache.status().entries, 0);
});

Deno.test("near() gives what is fresh, and counts what it gave", async () => {
  let now = 1500;
  const cache = memoryCache({ maxBytes: 100_000, clock: () => now });
  await cache.put("cat", entryOf());
  assert.equal(cache.near?.("cat")?.etag, '"e1"');
  assert.equal(cache.near?.("dog"), undefined);
  now = 2000;
  assert.equal(cache.near?.("cat"), undefined);
  const { hits, misses } = cache.status();
  assert.deepEqual({ hits, misses }, { hits: 1, misses: 0 });
});

Deno.test("memoryCache() is bounded in bytes and forgets the least recently used", async () => {
  const cache = memoryCache({ maxBytes: 10_000, clock });
  const body = new Uint8Array(2000);
  for (const key of ["a", "b", "c"]) await cache.put(key, entryOf({ body }));
  await cache.get("a");
  await cache.put("d", entryOf({ body }));
  assert.equal(await cache.get("b"), undefined);
  assert.ok(await cache.get("a"));
  assert.ok((cache.status().bytes ?? Infinity) <= 10_000);
  await cache.put("huge", entryOf({ body: new Uint8Array(20_000) }));
  assert.equal(await cache.get("huge"), undefined);
  assert.ok(await cache.get("a"));
});

Deno.test("memoryCache() purges by tag and all", async () => {
  const cache = memoryCache({ maxBytes: 100_000, clock });
  await cache.put("a", entryOf({ tags: ["x", "y"] }));
  await cache.put("b", entryOf({ tags: ["y"] }));
  await cache.put("c", entryOf({ tags: [] }));
  assert.equal(await cache.purge({ tag: "x" }), 1);
  assert.equal(await cache.purge({ tag: "x" }), 0);
  assert.equal(await cache.get("a"), undefined);
  assert.equal(await cache.purge({ all: true }), 2);
  const { hits, misses, entries } = cache.status();
  assert.deepEqual({ hits, misses, entries }, { hits: 0, misses: 1, entries: 0 });
});

Deno.test("memoryCache() refuses work that began before a purge of its tag, or in its millisecond", async () => {
  const cache = memoryCache({ maxBytes: 100_000, clock });
  await cache.purge({ tag: "x" });
  await cache.put("old", entryOf({ tags: ["x"], storedAt: 1500 }));
  await cache.put("other", entryOf({ tags: ["y"], storedAt: 1499 }));
  await cache.put("new", entryOf({ tags: ["x"], storedAt: 1501 }));
  assert.equal(await cache.get("old"), undefined);
  assert.ok(await cache.get("other"));
  assert.ok(await cache.get("new"));
  await cache.close();
  assert.equal(await cache.get("new"), undefined);
});

Deno.test.each([0, -1, 1.5, NaN, Infinity])("memoryCache() refuses a bound of %s", (maxBytes) => {
  assert.throws(() => memoryCache({ maxBytes }), RangeError);
});
