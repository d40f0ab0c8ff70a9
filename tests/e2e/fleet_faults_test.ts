import assert from "node:assert/strict";
import { encode } from "../../lib/image/mod.ts";
import { REDIS_PROGRAM, TestRedis } from "../lib/cache/_redis.ts";
import { eventually, startFleet, sumOf } from "../support/fleet.ts";
import { drawPicture } from "../support/pictures.ts";
import type { RunningService } from "../support/service.ts";

const TOKEN = "a-token-for-tests-only";
const ENV = { COMPUTE_WORKERS: "1", SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8", ADMIN_TOKEN: TOKEN };
const ignore = REDIS_PROGRAM === null;

/** A picture server that counts. */
class Photos implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  requests = 0;
  picture: Uint8Array<ArrayBuffer> = new Uint8Array();
  gate: Promise<void> = Promise.resolve();

  private constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
      this.requests++;
      await this.gate;
      return new Response(this.picture);
    });
  }

  static async start(): Promise<Photos> {
    const photos = new Photos();
    await photos.show(1);
    return photos;
  }

  async show(seed: number): Promise<void> {
    this.picture = await encode(drawPicture(160, 120, seed), { format: "png" });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/photo.png`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly cache: string;
  readonly timing: string | null;
  readonly body: string;
}

async function paint({ origin }: RunningService, url: string, width: number): Promise<Answer> {
  const query = new URLSearchParams({ url, style: "mosaic", w: `${width}`, fm: "png" });
  const response = await fetch(`${origin}/v1/stylize?${query}`);
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    cache: response.headers.get("cache-status") ?? "",
    timing: response.headers.get("server-timing"),
    body: new Uint8Array(await response.arrayBuffer()).toBase64(),
  };
}

async function purge({ origin }: RunningService, what: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const init = { method: "POST", headers, body: JSON.stringify(what) };
  const response = await fetch(`${origin}/v1/purge`, init);
  assert.equal(response.status, 200, await response.text());
}

async function statusOf({ origin }: RunningService): Promise<string> {
  const response = await fetch(`${origin}/readyz`);
  const { status } = await response.json();
  assert.equal(response.status, 200, status);
  return status;
}

async function allAre(services: readonly RunningService[], status: string): Promise<void> {
  await eventually(`${status} everywhere`, async () => {
    return (await Promise.all(services.map(statusOf))).every((one) => one === status);
  });
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
      return paint(service, photos.url, 120);
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
      const later = await paint(service, photos.url, 120);
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
        services.map((service, i) => paint(service, photos.url, width + i)),
      );
      for (const [i, service] of services.entries()) {
        assert.match((await paint(service, photos.url, width + i)).cache, /hit/);
      }
      const { requests } = photos;
      await photos.show(2 + index);
      await purge(one, what);
      for (const [i, service] of services.entries()) {
        let after: Answer | undefined;
        await eventually(`${JSON.stringify(what)} on instance ${i}`, async () => {
          after = await paint(service, photos.url, width + i);
          return after.cache.includes("fwd=uri-miss");
        });
        // It is painted anew: of the source as it is now where the source was purged.
        assert.equal(after?.etag !== before[i]?.etag, fetchesAgain, `instance ${i}`);
      }
      assert.equal(photos.requests - requests, fetchesAgain ? 3 : 0, JSON.stringify(what));
    }
  },
});

/** Lines of a service's log that are not about single requests. */
function eventsOf(service: RunningService): string[] {
  return service.errors().split("\n")
    .filter((line) => line.startsWith("{") && !line.includes('"message":"request"'));
}

/** Paints a new picture on each instance at once, and says how many seconds the slowest took. */
async function paintEverywhere(
  services: readonly RunningService[],
  url: string,
  width: number,
): Promise<number> {
  const start = performance.now();
  const answers = await Promise.all(
    services.map((service, i) => paint(service, url, width + i)),
  );
  assert.deepEqual(answers.map(({ status }) => status), services.map(() => 200));
  return (performance.now() - start) / 1000;
}

/** Whether what one instance paints is a hit on another. */
async function shares(
  services: readonly RunningService[],
  url: string,
  width: number,
): Promise<boolean> {
  const [one, other] = services;
  assert(one && other);
  await paint(one, url, width);
  return (await paint(other, url, width)).cache.includes("hit");
}

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
      await end();
      await redis.restart();
      await allAre(services, "ready");
      // The first pictures may meet a connection that has just been made.
      await eventually("pictures are shared", () => shares(services, photos.url, width += 10));
    }
    for (const service of services) {
      const events = eventsOf(service);
      assert(events.some((line) => line.includes("going on without it")), events.join("\n"));
      assert(events.some((line) => line.includes("works again")), events.join("\n"));
      assert(events.length <= 12, `a storm of ${events.length} lines:\n${events.join("\n")}`);
    }
  },
});
