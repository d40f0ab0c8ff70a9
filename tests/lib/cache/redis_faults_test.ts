import assert from "node:assert/strict";
import type { CacheError } from "../../../lib/cache/mod.ts";
import { SlowProxy } from "../../support/slow_proxy.ts";
import { liveEntry } from "./_entries.ts";
import { PATIENT, pause, REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";
import { instanceOf, layered } from "./_redis_instance.ts";

const ignore = REDIS_PROGRAM === null;

Deno.test({ name: "a Redis that is killed fails no request and comes back", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await instanceOf(server.url);
  const near = layered(a);
  await near.put("cat", liveEntry());
  await server.kill();
  await until("the loss is noticed", () => !near.status().ok);
  assert.ok(await near.get("cat"), "the memory still answers");
  assert.equal(near.mayMissPurges?.(), true);
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
  assert.equal(near.mayMissPurges?.(), false);
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

Deno.test(
  { name: "a Redis that became a replica is left, and asked for anew", ignore },
  async () => {
    await using old = await TestRedis.start();
    await using primary = await TestRedis.start();
    await using way = new SlowProxy(old.port);
    await using a = await instanceOf(`redis://127.0.0.1:${way.port}`, PATIENT);
    await a.cache.put("cat", liveEntry());
    assert.match(await old.send(`REPLICAOF 127.0.0.1 ${primary.port}`), /OK/);
    await until("the replica is left", async () => {
      await a.cache.put("dog", liveEntry());
      return !a.cache.status().ok;
    });
    assert.match(a.cache.status().detail, /READONLY/);
    // The name leads to the new primary.
    way.target = primary.port;
    await until("the primary is found", async () => {
      await a.cache.put("dog", liveEntry());
      return await a.cache.get("dog") !== undefined;
    });
    assert.equal(a.lines.length, 2, a.lines.join("\n"));
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
    await until("it is noticed", async () => {
      await a.cache.get("cat");
      return !a.cache.status().ok;
    });
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
    assert(long <= 1, `${long} of ${waits.length} requests waited`);
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
  await until("it is noticed without a write", () => a.cache.status().ok);
  // Work that began in the millisecond of a purge is not kept.
  await pause(2);
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
