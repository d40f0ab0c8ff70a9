import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type PurgeSelector, redisCache, RedisLink } from "../../../lib/cache/mod.ts";
import { liveEntry } from "./_entries.ts";
import { PATIENT, pause, REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";
import { instanceOf, layered } from "./_redis_instance.ts";

const ignore = REDIS_PROGRAM === null;

Deno.test({ name: "redisCache() shares entries byte for byte", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  await using b = await instanceOf(server.url);
  const body = new Uint8Array(300_000).map((_, i) => i * 7);
  const entry = liveEntry({ body, meta: { width: "320" } });
  await a.cache.put("cat", entry);
  const found = await b.cache.get("cat");
  assert.deepEqual({ ...found, body: null }, { ...entry, body: null });
  assert.ok(Buffer.from(body).equals(found?.body ?? new Uint8Array()));
  for (const again of [false, true]) assert.equal(await b.cache.get("dog", again), undefined);
  const { ok, hits, misses } = b.cache.status();
  assert.deepEqual({ ok, hits, misses }, { ok: true, hits: 1, misses: 2 });
});

Deno.test(
  { name: "instances that start at once purge nothing of each other", ignore },
  async () => {
    await using server = await TestRedis.start();
    const links = [1, 2, 3, 4].map(() => new RedisLink({ url: server.url, beat: 20, ...PATIENT }));
    for (const [i, link] of links.entries()) {
      // All have looked at the history before one begins it, and the others are slower yet.
      const command = link.command.bind(link);
      link.command = async (key, words) => {
        if (words[0] !== "XRANGE") await pause(50 * (i + 1));
        return await command(key, words);
      };
    }
    const caches = links.map((link) => redisCache(link));
    const heard: PurgeSelector[] = [];
    for (const cache of caches) cache.onPurge?.((selector) => heard.push(selector));
    await Promise.all(caches.map((cache) => cache.get("")));
    await pause(300);
    assert.deepEqual(heard, []);
    await Promise.all(caches.map((cache) => cache.close()));
    await Promise.all(links.map((link) => link.close()));
  },
);

Deno.test({ name: "delete() forgets an entry for all instances", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  await using b = await instanceOf(server.url);
  await a.cache.put("cat", liveEntry());
  await b.cache.delete("cat");
  assert.equal(await a.cache.get("cat"), undefined);
});

Deno.test(
  { name: "an instance that starts later keeps what it finds in its memory", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using a = await instanceOf(server.url);
    await a.cache.put("cat", liveEntry());
    await pause(5);
    await using b = await instanceOf(server.url);
    const both = layered(b);
    const found = await both.get("cat");
    assert.ok(found);
    assert.ok(both.near?.("cat"));
    await b.cache.put("cat", { ...found, freshUntil: found.freshUntil + 5000 });
    assert.equal((await a.cache.get("cat"))?.freshUntil, found.freshUntil + 5000);
  },
);

Deno.test(
  { name: "redisCache() lets Redis forget what is too old to be used", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using a = await instanceOf(server.url);
    await a.cache.put("short", liveEntry({ staleUntil: Date.now() + 150 }));
    await a.cache.put("over", liveEntry({ staleUntil: Date.now() - 1 }));
    assert.equal((await a.cache.get("short"))?.type, "image/webp");
    assert.equal(await a.cache.get("over"), undefined);
    await pause(200);
    assert.equal(await a.cache.get("short"), undefined);
    // The history of purges is the only key that stays.
    assert.equal(await server.send("DBSIZE"), ":1\r\n");
  },
);

Deno.test(
  { name: "get() shares its questions with those of its turn", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using a = await instanceOf(server.url, { beat: 60_000 });
    await a.cache.put("cat", liveEntry());
    await server.send("CONFIG RESETSTAT");
    const keys = Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? "cat" : `none ${i}`);
    const found = await Promise.all(keys.map((key) => a.cache.get(key)));
    assert.deepEqual(
      found.map((entry) => entry?.etag),
      keys.map((key) => key === "cat" ? '"e1"' : undefined),
    );
    const statistics = await server.send("INFO commandstats");
    assert.match(statistics, /cmdstat_mget:calls=2,/);
    assert.doesNotMatch(statistics, /cmdstat_get:/);
    assert.match(statistics, /cmdstat_xrange:calls=2,/);
  },
);

Deno.test({ name: "redisCache() drops what is too large", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  const cache = redisCache(a.link, { maxEntryBytes: 4 });
  await cache.put("cat", liveEntry());
  assert.equal(await cache.get("cat"), undefined);
  await cache.close();
});

Deno.test(
  { name: "purge() by tag reaches the memory of all instances at once", ignore },
  async () => {
    await using server = await TestRedis.start();
    // Beats are too rare to help here: the message does it.
    await using a = await instanceOf(server.url, { beat: 60_000 });
    await using b = await instanceOf(server.url, { beat: 60_000 });
    const [near, far] = [layered(a), layered(b)];
    await near.put("cat", liveEntry({ tags: ["style-waves"] }));
    await near.put("dog", liveEntry({ tags: ["style-night"] }));
    assert.ok(await far.get("cat"));
    assert.ok(await far.get("dog"));
    await near.purge({ tag: "style-waves" });
    assert.equal(await near.get("cat"), undefined);
    assert.equal(await b.cache.get("cat"), undefined);
    await until("the purge arrives", async () => await far.get("cat") === undefined);
    assert.ok(await far.get("dog"));
    assert.equal((await far.get("dog"))?.type, "image/webp");
  },
);

Deno.test({ name: "purge() of all holds for all instances, also later ones", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  await using b = await instanceOf(server.url);
  const far = layered(b);
  await far.put("cat", liveEntry());
  await a.cache.purge({ all: true });
  await until("the purge arrives", async () => await far.get("cat") === undefined);
  await using late = await instanceOf(server.url);
  assert.equal(await late.cache.get("cat"), undefined);
  await pause(2);
  await far.put("cat", liveEntry());
  assert.ok(await late.cache.get("cat"));
});

Deno.test({ name: "put() refuses work that began before a purge elsewhere", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  await using b = await instanceOf(server.url, { beat: 60_000 });
  await b.cache.get("cat");
  const work = liveEntry();
  await pause(5);
  await a.cache.purge({ tag: "style-waves" });
  await b.cache.put("cat", work);
  assert.equal(await a.cache.get("cat"), undefined);
  assert.equal(await b.cache.get("cat"), undefined);
});

Deno.test(
  { name: "a lost history of purges counts as a purge of everything", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using a = await instanceOf(server.url);
    const near = layered(a);
    await near.put("cat", liveEntry());
    await server.send("DEL pastiche:1:purges");
    await until("the loss is noticed", async () => await near.get("cat") === undefined);
    await using b = await instanceOf(server.url);
    assert.equal(await b.cache.get("cat"), undefined);
  },
);

Deno.test({ name: "a trimmed history does not bring purged entries back", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url, { beat: 60_000 });
  await a.cache.put("cat", liveEntry({ tags: ["old"] }));
  await a.cache.purge({ tag: "old" });
  await a.cache.purge({ tag: "new" });
  await server.send("XTRIM pastiche:1:purges MAXLEN 1");
  await using b = await instanceOf(server.url);
  assert.equal(await b.cache.get("cat"), undefined);
  assert.equal(await a.cache.get("cat"), undefined);
});

Deno.test({ name: "redisCache() does not believe damaged or foreign bytes", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  await a.cache.put("cat", liveEntry());
  const keys = await server.send("KEYS pastiche:1:entry:*");
  const key = keys.split("\r\n")[2];
  await server.send(`SETRANGE ${key} 40 XX`);
  assert.equal(await a.cache.get("cat"), undefined);
  await a.cache.put("cat", liveEntry());
  assert.ok(await a.cache.get("cat"));
  await server.send(`DEL ${key}`);
  await server.send(`LPUSH ${key} x`);
  assert.equal(await a.cache.get("cat"), undefined);
  await a.cache.put("cat", liveEntry());
  assert.ok(await a.cache.get("cat"), "what is foreign is written over");
});
