import assert from "node:assert/strict";
import { REDIS_PROGRAM, TestRedis } from "../lib/cache/_redis.ts";
import { eventually, startFleet, sumOf } from "../support/fleet.ts";
import {
  allAre,
  type Answer,
  assertToldBriefly,
  ENV,
  paint,
  paintEverywhere,
  shares,
  TOKEN,
} from "../support/painting.ts";
import { Photos } from "../support/photos.ts";
import type { RunningService } from "../support/service.ts";
import { SlowProxy } from "../support/slow_proxy.ts";

const ignore = REDIS_PROGRAM === null;

async function purge(
  { origin }: RunningService,
  what: unknown,
  status: number = 200,
): Promise<void> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const init = { method: "POST", headers, body: JSON.stringify(what) };
  const response = await fetch(`${origin}/v1/purge`, init);
  assert.equal(response.status, status, await response.text());
}

Deno.test({
  name: "200 equal requests to a fleet are one fetch and one computation",
  ignore,
  fn: async () => {
    await using redis = await TestRedis.start();
    await using photos = await Photos.start();
    await using fleet = await startFleet(3, { ...ENV, REDIS_URL: redis.url });
    const { services } = fleet;
    await allAre(services, "ready");
    const gate = Promise.withResolvers<void>();
    photos.gate = gate.promise;
    const askOne = (i: number): Promise<Answer> => {
      const service = services[i % services.length];
      assert(service);
      return paint(service, [photos.url, 120]);
    };
    const answering = Promise.all(Array.from({ length: 200 }, (_, i) => askOne(i)));
    const arrived = async (): Promise<number> =>
      await sumOf(services, "pastiche_flights_started") +
      await sumOf(services, "pastiche_flights_joined");
    try {
      await eventually("200 requests wait", async () => await arrived() === 200);
    } finally {
      gate.resolve();
    }
    const answers = await answering;

    const [first] = answers;
    assert.equal(first?.status, 200);
    const same = new Set(answers.map(({ status, etag, body }) => `${status} ${etag} ${body}`));
    assert.equal(same.size, 1);
    assert.equal(photos.requests, 1);
    assert.equal(await sumOf(services, "pastiche_source_fetches"), 1);
    assert.equal(await sumOf(services, "pastiche_flights_started"), 3);
    // Who computes tells its times to all that wait in its process; who reads the result has none.
    const timings = answers.flatMap(({ timing }) => timing === null ? [] : [timing]);
    assert.equal(new Set(timings).size, 1);
    assert.match(timings[0] ?? "", /encode;dur=/);
    assert(timings.length < 70, `${timings.length} answers of the instance that computed`);

    for (const service of services) {
      const later = await paint(service, [photos.url, 120]);
      assert.match(later.cache, /hit/);
      assert.equal(later.body, first?.body);
    }
    assert.equal(photos.requests, 1);
  },
});

Deno.test({
  name: "a purge on one instance reaches the whole fleet",
  ignore,
  fn: async () => {
    await using redis = await TestRedis.start();
    await using photos = await Photos.start();
    await using fleet = await startFleet(3, { ...ENV, REDIS_URL: redis.url });
    const { services } = fleet;
    await allAre(services, "ready");
    const [one] = services;
    assert(one);
    const purges = [
      [{ style: "mosaic" }, false],
      [{ url: photos.url }, true],
      [{ model: "fast" }, false],
      [{ all: true }, true],
    ] as const;
    for (const [index, [what, fetchesAgain]] of purges.entries()) {
      // Each instance paints a size of its own, so that each fetches the source itself.
      const width = 100 + 10 * index;
      const before = await Promise.all(
        services.map((service, i) => paint(service, [photos.url, width + i])),
      );
      for (const [i, service] of services.entries()) {
        assert.match((await paint(service, [photos.url, width + i])).cache, /hit/);
      }
      const { requests } = photos;
      await photos.show(2 + index);
      await purge(one, what);
      for (const [i, service] of services.entries()) {
        let after: Answer | undefined;
        await eventually(`${JSON.stringify(what)} on instance ${i}`, async () => {
          after = await paint(service, [photos.url, width + i]);
          return after.cache.includes("fwd=uri-miss");
        });
        // It is painted anew: of the source as it is now where the source was purged.
        assert.equal(after?.etag !== before[i]?.etag, fetchesAgain, `instance ${i}`);
      }
      assert.equal(photos.requests - requests, fetchesAgain ? 3 : 0, JSON.stringify(what));
    }
  },
});

Deno.test({
  name: "a fleet paints while Redis is dead or hangs, and shares again afterwards",
  ignore,
  fn: async () => {
    await using redis = await TestRedis.start();
    await using photos = await Photos.start();
    await using fleet = await startFleet(3, { ...ENV, REDIS_URL: redis.url });
    const { services } = fleet;
    await allAre(services, "ready");
    assert(await shares(services, photos.url, 90));
    let width = 100;
    const failures = [
      { fail: () => redis.kill(), end: () => {} },
      { fail: () => redis.pause(), end: () => redis.kill() },
    ];
    for (const { fail, end } of failures) {
      const underWay = paintEverywhere(services, photos.url, width += 10);
      await fail();
      const slowest = [await underWay];
      for (let round = 0; round < 5; round++) {
        slowest.push(await paintEverywhere(services, photos.url, width += 10));
      }
      assert(Math.max(...slowest) < 10, `pictures took ${slowest} s`);
      await allAre(services, "degraded");
      assert.equal(await sumOf(services, "pastiche_cache_redis_ok"), 0);
      // A purge that does not reach the others is no success.
      for (const service of services) await purge(service, { style: "mosaic" }, 503);
      await end();
      await redis.restart();
      await allAre(services, "ready");
      // The first pictures may meet a connection that has just been made.
      await eventually("pictures are shared", () => shares(services, photos.url, width += 10));
    }
    for (const service of services) assertToldBriefly(service, 12);
  },
});

Deno.test({
  name: "a fleet paints while Redis is slow or full, and shares again afterwards",
  ignore,
  fn: async () => {
    await using redis = await TestRedis.start();
    await using way = new SlowProxy(redis.port);
    await using photos = await Photos.start();
    const url = `redis://127.0.0.1:${way.port}`;
    await using fleet = await startFleet(2, { ...ENV, REDIS_URL: url });
    const { services } = fleet;
    await allAre(services, "ready");
    let width = 100;
    const failures = [
      { fail: () => way.delay = 2000, end: () => way.delay = 0 },
      {
        fail: () => redis.send("CONFIG SET maxmemory 1"),
        end: () => redis.send("CONFIG SET maxmemory 0"),
      },
    ];
    for (const { fail, end } of failures) {
      await fail();
      const slowest: number[] = [];
      for (let round = 0; round < 6; round++) {
        slowest.push(await paintEverywhere(services, photos.url, width += 10));
      }
      assert(Math.max(...slowest) < 10, `pictures took ${slowest} s`);
      await allAre(services, "degraded");
      assert.equal(await sumOf(services, "pastiche_cache_redis_ok"), 0);
      await end();
      await eventually("pictures are shared", () => shares(services, photos.url, width += 10));
      await paintEverywhere(services, photos.url, width += 10);
      await allAre(services, "ready");
    }
    for (const service of services) assertToldBriefly(service, 12);
  },
});
