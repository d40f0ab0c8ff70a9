import assert from "node:assert/strict";
import {
  type CacheEntry,
  fleetSingleFlight,
  redisCache,
  RedisLease,
  RedisLink,
  type ResultCache,
} from "../../../lib/cache/mod.ts";
import type { SingleFlight } from "../../../lib/single_flight.ts";
import { liveEntry } from "./_entries.ts";
import { PATIENT, pause, REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";

const ignore = REDIS_PROGRAM === null;
const never = new AbortController().signal;

class Instance implements AsyncDisposable {
  readonly link: RedisLink;
  readonly cache: ResultCache;
  readonly flight: SingleFlight<CacheEntry>;

  private constructor(url: string, { life = 5000, commandTimeout = PATIENT.commandTimeout } = {}) {
    this.link = new RedisLink({ url, beat: 100, ...PATIENT, commandTimeout });
    this.cache = redisCache(this.link);
    const lease = new RedisLease(this.link, { life });
    this.flight = fleetSingleFlight({ lease, read: (key) => this.cache.get(key) });
  }

  static async start(
    url: string,
    limits?: { life?: number; commandTimeout?: number },
  ): Promise<Instance> {
    const instance = new Instance(url, limits);
    await instance.cache.get("");
    return instance;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cache.close();
    await this.link.close();
  }
}

/** Work of some milliseconds that puts its result into the cache, as the service does. */
function workOf(instance: Instance, runs: string[], time = 60) {
  return async () => {
    const entry = liveEntry();
    runs.push("run");
    await pause(time);
    await instance.cache.put("cat", entry);
    return entry;
  };
}

Deno.test({ name: "run() computes once in a fleet", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await Instance.start(server.url);
  await using b = await Instance.start(server.url);
  await using c = await Instance.start(server.url);
  const runs: string[] = [];
  const all = [a, b, c].flatMap((instance) => {
    const work = workOf(instance, runs);
    return [0, 1, 2].map(() => instance.flight.run("cat", work, never));
  });
  const results = await Promise.all(all);
  assert.equal(runs.length, 1);
  assert.equal(new Set(results.map((result) => result.storedAt)).size, 1);
  const counts = [a, b, c].map((instance) => instance.flight.status());
  assert.equal(counts.reduce((sum, count) => sum + count.elsewhere, 0), 2);
  assert.equal(counts.reduce((sum, count) => sum + count.joined, 0), 6);
});

Deno.test({ name: "run() reads what was finished just before", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await Instance.start(server.url);
  await using b = await Instance.start(server.url);
  const runs: string[] = [];
  await a.flight.run("cat", workOf(a, runs), never);
  await b.flight.run("cat", workOf(b, runs), never);
  assert.equal(runs.length, 1);
});

Deno.test(
  { name: "run() of the others works at once when the first one fails", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using a = await Instance.start(server.url);
    await using b = await Instance.start(server.url);
    const runs: string[] = [];
    const end = Promise.withResolvers<void>();
    const failing = a.flight.run("cat", async () => {
      await end.promise;
      throw new Error("no picture");
    }, never);
    await until("it works", () => leased(server));
    const working = b.flight.run("cat", workOf(b, runs, 1), never);
    await pause(20);
    end.resolve();
    await assert.rejects(failing, /no picture/);
    assert.equal((await working).type, "image/webp");
    assert.equal(runs.length, 1);
  },
);

Deno.test({ name: "run() takes over what another instance gave up", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = await Instance.start(server.url);
  await using b = await Instance.start(server.url);
  const controller = new AbortController();
  const runs: string[] = [];
  let aborted = false;
  const left = a.flight.run("cat", (signal) => {
    const end = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => {
      aborted = true;
      end.reject(signal.reason);
    });
    return end.promise;
  }, controller.signal);
  await until("it works", () => leased(server));
  const taken = b.flight.run("cat", workOf(b, runs, 1), never);
  await pause(20);
  controller.abort(new Error("gone"));
  await assert.rejects(left, /gone/);
  await taken;
  assert.deepEqual({ aborted, runs: runs.length }, { aborted: true, runs: 1 });
});

Deno.test({ name: "run() takes over from an instance that died", ignore }, async () => {
  await using server = await TestRedis.start();
  await using b = await Instance.start(server.url);
  const dead = await Instance.start(server.url, { life: 500 });
  const end = Promise.withResolvers<never>();
  const lost = dead.flight.run("cat", () => end.promise, never);
  await until("it works", () => leased(server));
  await dead[Symbol.asyncDispose]();
  const runs: string[] = [];
  await b.flight.run("cat", workOf(b, runs, 1), never);
  assert.equal(runs.length, 1);
  end.reject(new Error("dead"));
  await assert.rejects(lost, /dead/);
});

Deno.test(
  { name: "run() works for its own process while Redis hangs or is away", ignore },
  async () => {
    await using server = await TestRedis.start();
    await using a = await Instance.start(server.url, { commandTimeout: 300 });
    await using b = await Instance.start(server.url, { commandTimeout: 300 });
    const runs: string[] = [];
    const first = a.flight.run("cat", workOf(a, runs, 600), never);
    await until("it works", () => runs.length === 1);
    const second = b.flight.run("cat", workOf(b, runs, 1), never);
    await pause(20);
    server.pause();
    await second;
    await first;
    assert.equal(runs.length, 2);
    server.resume();
    await server.kill();
    const both = [0, 1].map(() => a.flight.run("cat", workOf(a, runs, 1), never));
    await Promise.all(both);
    assert.equal(runs.length, 3);
  },
);

async function leased(server: TestRedis): Promise<boolean> {
  return (await server.send("KEYS *lease*")).startsWith("*1");
}
