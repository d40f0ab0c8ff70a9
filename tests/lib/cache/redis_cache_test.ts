import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  type CacheError,
  layeredCache,
  memoryCache,
  redisCache,
  RedisLink,
  type RedisLinkOptions,
  type ResultCache,
} from "../../../lib/cache/mod.ts";
import { SlowProxy } from "../../support/slow_proxy.ts";
import { liveEntry, recordingLog } from "./_entries.ts";
import { PATIENT, pause, REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";

const ignore = REDIS_PROGRAM === null;

interface Instance extends AsyncDisposable {
  readonly cache: ResultCache;
  readonly lines: readonly string[];
  readonly link: RedisLink;
}

/** An instance that knows the purges so far: what began before is refused. */
async function instanceOf(
  url: string,
  options: Partial<RedisLinkOptions> = {},
): Promise<Instance> {
  const { lines, log } = recordingLog();
  const link = new RedisLink({ url, log, beat: 100, ...PATIENT, ...options });
  const cache = redisCache(link, { log });
  await cache.get("");
  const close = async (): Promise<void> => {
    await cache.close();
    await link.close();
  };
  return { cache, lines, link, [Symbol.asyncDispose]: close };
}

function layered(instance: Instance): ResultCache {
  return layeredCache(memoryCache({ maxBytes: 10_000_000 }), instance.cache);
}

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
  assert.equal(await b.cache.get("dog"), undefined);
  const { ok, hits, misses } = b.cache.status();
  assert.deepEqual({ ok, hits, misses }, { ok: true, hits: 1, misses: 2 });
});

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
  { name: "get() shares its questions with all of its turn", ignore },
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
    assert.match(statistics, /cmdstat_mget:calls=1,/);
    assert.doesNotMatch(statistics, /cmdstat_get:/);
    assert.match(statistics, /cmdstat_xrange:calls=1,/);
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

Deno.test({ name: "a Redis that is killed fails no request and comes back", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  const near = layered(a);
  await near.put("cat", liveEntry());
  await server.kill();
  await until("the loss is noticed", () => !near.status().ok);
  assert.ok(await near.get("cat"), "the memory still answers");
  for (let i = 0; i < 20; i++) {
    assert.equal(await a.cache.get("cat"), undefined);
    await a.cache.put("cat", liveEntry());
  }
  await assert.rejects(near.purge({ tag: "style-waves" }), { code: "purge_failed" });
  await server.restart();
  await until("it works again", async () => {
    await a.cache.put("cat", liveEntry());
    return await a.cache.get("cat") !== undefined;
  });
  assert.equal(a.lines.length, 2, a.lines.join("\n"));
  assert.match(a.lines[0] ?? "", /^warn: Redis: .*going on without it$/);
  assert.equal(a.lines[1], "info: Redis works again");
});

Deno.test(
  { name: "a Redis that hangs costs one short wait, not one per request", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using a = await instanceOf(server.url, { commandTimeout: 300 });
    await a.cache.put("cat", liveEntry());
    server.pause();
    const start = performance.now();
    for (let i = 0; i < 10; i++) assert.equal(await a.cache.get("cat"), undefined);
    await a.cache.put("dog", liveEntry());
    assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
    assert.equal(a.cache.status().ok, false);
    server.resume();
    await until("it works again", async () => await a.cache.get("cat") !== undefined);
    assert.match(
      a.lines.join("\n"),
      /^warn: Redis: no answer in 300 ms.*\ninfo: Redis works again$/,
    );
  },
);

for (const delay of [400, 2000]) {
  const name = `a Redis that takes ${delay} ms for an answer fails no request and fills no log`;
  Deno.test({ name, ignore }, async () => {
    await using server = await TestRedis.start();
    await using way = new SlowProxy(server.port);
    const url = `redis://127.0.0.1:${way.port}`;
    await using a = await instanceOf(url, { commandTimeout: 300, connectTimeout: 2000 });
    await a.cache.put("cat", liveEntry());
    way.delay = delay;
    const end = performance.now() + 6000;
    const waits: number[] = [];
    while (performance.now() < end) {
      const start = performance.now();
      assert.equal(await a.cache.get("cat"), undefined);
      waits.push(performance.now() - start);
      await pause(50);
    }
    assert.equal(a.cache.status().ok, false);
    const long = waits.filter((wait) => wait > 200).length;
    assert(long <= 2, `${long} of ${waits.length} requests waited`);
    assert.equal(a.lines.length, 1, a.lines.join("\n"));
    way.delay = 0;
    await until("it works again", async () => await a.cache.get("cat") !== undefined);
    assert.equal(a.lines.length, 2, a.lines.join("\n"));
  });
}

Deno.test(
  { name: "purge() reaches an instance that was cut off, when it is back", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using way = new SlowProxy(server.port);
    await using a = await instanceOf(server.url);
    const limits = { commandTimeout: 300, connectTimeout: 1000 };
    await using b = await instanceOf(`redis://127.0.0.1:${way.port}`, limits);
    const far = layered(b);
    await far.put("cat", liveEntry({ tags: ["style-waves"] }));
    await far.put("dog", liveEntry({ tags: ["style-night"] }));
    way.delay = 5000;
    await until("it is cut off", () => !b.cache.status().ok);
    await a.cache.purge({ tag: "style-waves" });
    assert.ok(await far.get("cat"), "it cannot know");
    way.delay = 0;
    await until("it is back", async () => await far.get("cat") === undefined);
    await until("Redis works", () => b.cache.status().ok);
    assert.ok(await far.get("dog"));
  },
);

Deno.test({ name: "a Redis that hangs does not hold up close()", ignore }, async () => {
  await using server = await TestRedis.start();
  const a = await instanceOf(server.url, { commandTimeout: 100, connectTimeout: 500 });
  await a.cache.get("cat");
  server.pause();
  await a.cache.get("cat");
  await a[Symbol.asyncDispose]();
  server.resume();
});

Deno.test({ name: "a full Redis answers, takes nothing, and says so once", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  await a.cache.put("cat", liveEntry());
  await server.send("CONFIG SET maxmemory 1");
  for (let i = 0; i < 5; i++) {
    await a.cache.put("dog", liveEntry());
    assert.ok(await a.cache.get("cat"));
    assert.equal(await a.cache.get("dog"), undefined);
  }
  assert.equal(a.cache.status().ok, false);
  await assert.rejects(
    a.cache.purge({ tag: "style-waves" }),
    (error: CacheError) => error.code === "purge_failed",
  );
  await server.send("CONFIG SET maxmemory 0");
  await a.cache.put("dog", liveEntry());
  assert.ok(await a.cache.get("dog"));
  assert.equal(a.lines.length, 2, a.lines.join("\n"));
  assert.match(a.lines[0] ?? "", /^warn: writing to Redis: OOM/);
  assert.equal(a.lines[1], "info: writing to Redis works again");
});

Deno.test({ name: "a Redis that was never there fails no request", ignore }, async () => {
  await using a = await instanceOf("redis://127.0.0.1:1");
  assert.equal(await a.cache.get("cat"), undefined);
  await a.cache.put("cat", liveEntry());
  assert.match(a.cache.status().detail, /^Redis: /);
  assert.equal(a.lines.length, 1);
});

Deno.test(
  { name: "a password is used, and a wrong one told without showing it", ignore },
  async () => {
    await using server = await TestRedis.start("--requirepass", "s3cret/x");
    const host = `127.0.0.1:${server.port}`;
    await using right = await instanceOf(`redis://:s3cret%2Fx@${host}/2`);
    await right.cache.put("cat", liveEntry());
    assert.ok(await right.cache.get("cat"));
    await using wrong = await instanceOf(`redis://:wr0ng@${host}`);
    assert.equal(await wrong.cache.get("cat"), undefined);
    assert.match(wrong.cache.status().detail, /WRONGPASS/);
    assert.doesNotMatch(wrong.lines.join(), /wr0ng/);
  },
);
