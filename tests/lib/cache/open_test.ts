import assert from "node:assert/strict";
import { type CachesOptions, openCaches } from "../../../lib/cache/mod.ts";
import { liveEntry, recordingLog } from "./_entries.ts";
import { REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";

const { log } = recordingLog();

Deno.test("openCaches() puts memory in front of a file, if there is one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "caches" });
  const file = { path: `${folder}/cache.sqlite`, maxBytes: 2 ** 20 };
  const namesOf = async (options: Partial<CachesOptions>): Promise<string[]> => {
    const { cache, close } = openCaches({ memoryBytes: 1000, log, ...options });
    const { layers, ...alone } = cache.status();
    await close();
    return (layers ?? [alone]).map(({ name }) => name);
  };
  assert.deepEqual(await namesOf({}), ["memory"]);
  assert.deepEqual(await namesOf({ file }), ["memory", "sqlite"]);
  assert.deepEqual(await namesOf({ file, redisUrl: "redis://127.0.0.1:1" }), ["memory", "redis"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test(
  { name: "openCaches() in a fleet: what is fresh is shared", ignore: REDIS_PROGRAM === null },
  async () => {
    await using server = await TestRedis.start();
    const { cache, flight, close } = openCaches({ memoryBytes: 1e6, redisUrl: server.url, log });
    const made = liveEntry({ etag: '"made"' });
    const signal = new AbortController().signal;
    for (
      const [etag, life, answer] of [['"old"', -1, '"made"'], ['"new"', 60_000, '"new"']] as const
    ) {
      const kept = { etag, freshUntil: Date.now() + life };
      await until("it is kept", async () => {
        await cache.put("cat", liveEntry(kept));
        return (await cache.get("cat", true))?.etag === etag;
      });
      const found = await flight.run("cat", () => Promise.resolve(made), signal);
      assert.equal(found.etag, answer);
    }
    await close();
  },
);
