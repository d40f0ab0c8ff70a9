import assert from "node:assert/strict";
import { REDIS_PROGRAM, TestRedis } from "../lib/cache/_redis.ts";
import { eventually, startFleet, sumOf } from "../support/fleet.ts";
import { allAre, ENV, paint } from "../support/painting.ts";
import { Photos } from "../support/photos.ts";

const ignore = REDIS_PROGRAM === null;

Deno.test({
  name: "another instance paints what one was painting that was killed",
  ignore,
  fn: async () => {
    await using redis = await TestRedis.start();
    await using photos = await Photos.start();
    await using fleet = await startFleet(2, { ...ENV, REDIS_URL: redis.url });
    const [leader, other] = fleet.services;
    assert(leader && other);
    await allAre(fleet.services, "ready");
    const gate = Promise.withResolvers<void>();
    photos.gate = gate.promise;
    const lost = paint(leader, [photos.url, 90]).catch(() => null);
    await eventually("the leader fetches", () => photos.requests === 1);
    const waiting = paint(other, [photos.url, 90]);
    await eventually("the other one waits", async () => {
      const metrics = await (await fetch(`${other.origin}/metrics`)).text();
      return /^pastiche_flights_started 1$/m.test(metrics);
    });
    assert.equal(photos.requests, 1);
    await leader.crash();
    assert.equal(await lost, null);
    // The lease of the dead runs out, and the other one begins.
    await eventually("the other one fetches", () => photos.requests === 2);
    gate.resolve();
    assert.equal((await waiting).status, 200);
    assert.match((await paint(other, [photos.url, 90])).cache, /hit/);
    // However often it looked for the picture until then.
    for (const name of ["memory", "redis"]) {
      assert.equal(await sumOf([other], `pastiche_cache_${name}_misses`), 1, name);
    }
  },
});

Deno.test({
  name: "who leaves takes the picture from nobody, and the last one ends the work",
  ignore,
  fn: async () => {
    await using redis = await TestRedis.start();
    await using photos = await Photos.start();
    await using fleet = await startFleet(2, { ...ENV, REDIS_URL: redis.url });
    const [one, other] = fleet.services;
    assert(one && other);
    await allAre(fleet.services, "ready");
    const gate = Promise.withResolvers<void>();
    photos.gate = gate.promise;
    const leave = [new AbortController(), new AbortController()];
    const [first, second] = leave.map(({ signal }) =>
      paint(one, [photos.url, 90], { signal }).catch(() => "left")
    );
    const joined = async (): Promise<boolean> => {
      const metrics = await (await fetch(`${one.origin}/metrics`)).text();
      return /^pastiche_flights_joined 1$/m.test(metrics) && photos.requests === 1;
    };
    await eventually("both wait for one fetch", joined);
    leave[0]?.abort();
    assert.equal(await first, "left");
    // Had the work ended, this would begin anew.
    const third = paint(one, [photos.url, 90]);
    await eventually("a third one joins", async () => {
      const metrics = await (await fetch(`${one.origin}/metrics`)).text();
      return /^pastiche_flights_joined 2$/m.test(metrics);
    });
    gate.resolve();
    assert.equal((await third).status, 200);
    assert.equal((await second as { status: number }).status, 200);
    assert.deepEqual([photos.requests, photos.abandoned], [1, 0]);

    photos.gate = Promise.withResolvers<void>().promise;
    const last = new AbortController();
    const alone = paint(one, [`${photos.url}?other`, 90], { signal: last.signal })
      .catch(() => "left");
    await eventually("it fetches", () => photos.requests === 2);
    last.abort();
    assert.equal(await alone, "left");
    await eventually("the fetch ends", () => photos.abandoned === 1);
    photos.gate = Promise.resolve();
    // The lease is given back at once: nobody waits for it to run out.
    assert.equal((await paint(other, [`${photos.url}?other`, 90])).status, 200);
  },
});
