import assert from "node:assert/strict";
import { type HeldLease, RedisLease, RedisLink } from "../../../lib/cache/mod.ts";
import { PATIENT, pause, REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";

const ignore = REDIS_PROGRAM === null;
const never = new AbortController().signal;

function held(lease: HeldLease | string): HeldLease {
  assert.ok(typeof lease !== "string", String(lease));
  return lease;
}

class Instance implements AsyncDisposable {
  readonly link: RedisLink;
  readonly lease: RedisLease;

  constructor(url: string, life = 5000, commandTimeout = PATIENT.commandTimeout) {
    this.link = new RedisLink({ url, beat: 100, ...PATIENT, commandTimeout });
    this.lease = new RedisLease(this.link, { life });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.link.close();
  }
}

Deno.test({ name: "acquire() gives a lease to one instance at a time", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = new Instance(server.url);
  await using b = new Instance(server.url);
  const lease = held(await a.lease.acquire("cat"));
  assert.equal(await b.lease.acquire("cat"), "taken");
  const other = held(await b.lease.acquire("dog"));
  await lease.release("finished");
  await held(await b.lease.acquire("cat")).release("free");
  await other.release("free");
});

Deno.test({ name: "a lease is renewed while it is held", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = new Instance(server.url, 600);
  await using b = new Instance(server.url, 600);
  const lease = held(await a.lease.acquire("cat"));
  await pause(900);
  assert.equal(await b.lease.acquire("cat"), "taken");
  await lease.release("free");
});

Deno.test({ name: "a lease that Redis lost is made anew", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = new Instance(server.url, 150);
  const lease = held(await a.lease.acquire("cat"));
  await server.send("FLUSHALL");
  await until("it is made anew", async () => await server.send("DBSIZE") === ":1\r\n");
  await lease.release("free");
  assert.equal(await server.send("DBSIZE"), ":0\r\n");
});

Deno.test({ name: "release() leaves a lease of another instance alone", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = new Instance(server.url, 60_000);
  await using b = new Instance(server.url, 60_000);
  const lost = held(await a.lease.acquire("cat"));
  await server.send("FLUSHALL");
  const own = held(await b.lease.acquire("cat"));
  await lost.release("finished");
  assert.equal(await a.lease.acquire("cat"), "taken");
  await own.release("finished");
});

Deno.test({ name: "the lease of an instance that died runs out", ignore }, async () => {
  await using server = await TestRedis.start();
  await using b = new Instance(server.url);
  const dead = new Instance(server.url, 500);
  const lease = held(await dead.lease.acquire("cat"));
  await dead.link.close();
  assert.equal(await b.lease.acquire("cat"), "taken");
  assert.equal(await b.lease.wait("cat", never), "free");
  await held(await b.lease.acquire("cat")).release("free");
  await lease.release("free");
});

Deno.test({ name: "wait() tells how the work ended", ignore }, async (t) => {
  await using server = await TestRedis.start();
  await using a = new Instance(server.url);
  await using b = new Instance(server.url);
  for (const outcome of ["finished", "free"] as const) {
    await t.step(outcome, async () => {
      const lease = held(await a.lease.acquire("cat"));
      assert.equal(await b.lease.acquire("cat"), "taken");
      const waiting = Promise.all([b.lease.wait("cat", never), b.lease.wait("cat", never)]);
      await pause(20);
      await lease.release(outcome);
      assert.deepEqual(await waiting, [outcome, outcome]);
    });
  }
});

Deno.test({ name: "wait() ends with its signal", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = new Instance(server.url);
  const lease = held(await a.lease.acquire("cat"));
  const controller = new AbortController();
  const waiting = a.lease.wait("cat", controller.signal);
  await pause(20);
  controller.abort(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  await assert.rejects(a.lease.wait("cat", controller.signal), /gone/);
  await lease.release("free");
});

Deno.test({ name: "a lease is unavailable while Redis hangs or is away", ignore }, async () => {
  await using server = await TestRedis.start();
  await using a = new Instance(server.url, 5000, 300);
  const lease = held(await a.lease.acquire("cat"));
  const waiting = a.lease.wait("cat", never);
  server.pause();
  assert.equal(await waiting, "unavailable");
  assert.equal(await a.lease.acquire("dog"), "unavailable");
  await lease.release("finished");
  server.resume();
  await server.kill();
  assert.equal(await a.lease.acquire("dog"), "unavailable");
});
