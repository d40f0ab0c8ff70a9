import assert from "node:assert/strict";
import { SlowProxy } from "../../support/slow_proxy.ts";
import { liveEntry } from "./_entries.ts";
import { pause, REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";
import { type Instance, instanceOf } from "./_redis_instance.ts";

const ignore = REDIS_PROGRAM === null;

/** Keys of pictures of 200 kB each, which an instance has put into its cache. */
async function putMany({ cache }: Instance, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, i) => `picture ${i}`);
  for (const key of keys) await cache.put(key, liveEntry({ body: new Uint8Array(200_000) }));
  return keys;
}

Deno.test(
  { name: "pictures on a slow line take longer than a command may, and are read", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using way = new SlowProxy(server.port);
    await using a = await instanceOf(server.url);
    const limits = { commandTimeout: 1000 };
    await using b = await instanceOf(`redis://127.0.0.1:${way.port}`, limits);
    const keys = await putMany(a, 40);
    way.rate = 4000;
    const start = performance.now();
    const reading = Promise.all(keys.map((key) => b.cache.get(key)));
    await pause(100);
    await b.cache.purge({ tag: "another" });
    const purged = performance.now() - start;
    const found = await reading;
    const read = performance.now() - start;
    assert.equal(found.filter((entry) => entry?.body.length === 200_000).length, keys.length);
    assert(read > 1500 && purged < read / 2, `read in ${read} ms, purged in ${purged} ms`);
    assert.deepEqual(b.lines, []);
  },
);

Deno.test(
  { name: "a line that is too slow for pictures is left to small commands for a while", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using way = new SlowProxy(server.port);
    await using a = await instanceOf(`redis://127.0.0.1:${way.port}`, { transferTimeout: 500 });
    const [key = ""] = await putMany(a, 1);
    way.rate = 100;
    const start = performance.now();
    for (let i = 0; i < 10; i++) assert.equal(await a.cache.get(key), undefined);
    assert(performance.now() - start < 1500, `${performance.now() - start} ms`);
    await until("Redis works", () => a.cache.status().ok);
    await a.cache.purge({ tag: "another" });
    assert.equal(a.lines.length, 2, a.lines.join("\n"));
    way.rate = Infinity;
    await until("pictures are read again", async () => await a.cache.get(key) !== undefined);
  },
);
