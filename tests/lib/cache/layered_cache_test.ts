import assert from "node:assert/strict";
import {
  CacheError,
  layeredCache,
  memoryCache,
  type PurgeSelector,
  type ResultCache,
} from "../../../lib/cache/mod.ts";
import { entryOf } from "./_entries.ts";

const clock = (): number => 1500;

interface Layers {
  readonly front: ResultCache;
  readonly back: ResultCache;
  readonly both: ResultCache;
}

function layers(change: Partial<ResultCache> = {}): Layers {
  const front = memoryCache({ maxBytes: 100_000, clock });
  const inner = memoryCache({ maxBytes: 100_000, clock });
  const back: ResultCache = {
    get: (key, again) => inner.get(key, again),
    put: (key, entry) => inner.put(key, entry),
    delete: (key) => inner.delete(key),
    purge: (selector) => inner.purge(selector),
    status: () => inner.status(),
    close: () => inner.close(),
    ...change,
  };
  return { front, back, both: layeredCache(front, back, clock) };
}

Deno.test("layeredCache() writes both layers and fills the front from the back", async () => {
  const { front, back, both } = layers();
  await both.put("cat", entryOf());
  assert.ok(await front.get("cat"));
  assert.ok(await back.get("cat"));
  await back.put("dog", entryOf());
  assert.ok(await both.get("dog"));
  assert.ok(await front.get("dog"));
  for (const again of [false, true]) assert.equal(await both.get("cow", again), undefined);
  assert.ok(await both.get("dog", true));
  const { hits, misses, ok, layers: inner } = both.status();
  assert.deepEqual(inner?.map((layer) => [layer.hits, layer.misses]), [[2, 2], [2, 1]]);
  assert.deepEqual({ hits, misses, ok, inner: inner?.length }, {
    hits: 1,
    misses: 1,
    ok: true,
    inner: 2,
  });
});

Deno.test("delete() forgets one answer in both layers", async () => {
  const { both } = layers();
  for (const key of ["cat", "dog"]) await both.put(key, entryOf());
  await both.delete("cat");
  assert.equal(await both.get("cat"), undefined);
  assert.ok(await both.get("dog"));
});

Deno.test("near() looks into the front only", async () => {
  const { back, both } = layers();
  await back.put("cat", entryOf());
  assert.equal(both.near?.("cat"), undefined);
  assert.ok(await both.get("cat"));
  assert.ok(both.near?.("cat"));
  await both.purge({ tag: "style-waves" });
  assert.equal(both.near?.("cat"), undefined);
  assert.equal(both.status().hits, 2);
});

Deno.test("layeredCache() asks the back when the front is stale", async () => {
  const { front, back, both } = layers();
  const stale = entryOf({ freshUntil: 1400, etag: '"old"' });
  await front.put("cat", stale);
  assert.equal((await both.get("cat"))?.etag, '"old"');
  await back.put("cat", entryOf({ etag: '"new"' }));
  assert.equal((await both.get("cat"))?.etag, '"new"');
  assert.equal((await front.get("cat"))?.etag, '"new"');
});

Deno.test("layeredCache() purges both layers, the front also when the back fails", async () => {
  const { front, back, both } = layers();
  await both.put("cat", entryOf());
  assert.equal(await both.purge({ tag: "style-waves" }), 1);
  assert.equal(await back.get("cat"), undefined);
  const failing = layers({
    purge: () => Promise.reject(new CacheError("purge_failed", "gone")),
  });
  await failing.front.put("cat", entryOf());
  await assert.rejects(failing.both.purge({ all: true }), { code: "purge_failed" });
  assert.equal(await failing.front.get("cat"), undefined);
  assert.equal(await front.get("cat"), undefined);
});

Deno.test("layeredCache() forgets what the back reports as purged elsewhere", async () => {
  let tell: (selector: PurgeSelector) => void = () => {};
  const { front, both } = layers({ onPurge: (listener) => tell = listener });
  await front.put("cat", entryOf());
  await front.put("dog", entryOf({ tags: [] }));
  tell({ tag: "style-waves" });
  assert.equal(await both.get("cat"), undefined);
  assert.ok(await both.get("dog"));
  const outer: PurgeSelector[] = [];
  both.onPurge?.((selector) => outer.push(selector));
  tell({ all: true });
  assert.deepEqual(outer, [{ all: true }]);
});

/** Written by an instance whose clock is ahead: the front cannot tell that a purge was later. */
const AHEAD = entryOf({ storedAt: 1600 });

Deno.test("layeredCache() does not keep what was read while a purge ran", async () => {
  const read = Promise.withResolvers<void>();
  const { front, both } = layers({ get: () => read.promise.then(() => AHEAD) });
  const reading = both.get("cat");
  await both.purge({ tag: "style-waves" });
  read.resolve();
  assert.ok(await reading);
  assert.equal(await front.get("cat"), undefined);
  await both.close();
});

Deno.test("layeredCache() does not keep what was read before the back was purged", async () => {
  const purged = Promise.withResolvers<number>();
  const { front, back, both } = layers({ purge: () => purged.promise });
  await back.put("cat", AHEAD);
  const purging = both.purge({ tag: "style-waves" });
  assert.ok(await both.get("cat"));
  purged.resolve(1);
  await purging;
  assert.equal(await front.get("cat"), undefined);
});

Deno.test("layeredCache() serves no stale answer from before a purge", async () => {
  const read = Promise.withResolvers<undefined>();
  const { front, both } = layers({ get: () => read.promise });
  await front.put("cat", entryOf({ freshUntil: 1400 }));
  const reading = both.get("cat");
  await both.purge({ tag: "style-waves" });
  read.resolve(undefined);
  assert.equal(await reading, undefined);
});
