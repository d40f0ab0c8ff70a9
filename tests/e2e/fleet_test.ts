import assert from "node:assert/strict";
import { encode } from "../../lib/image/mod.ts";
import { REDIS_PROGRAM, TestRedis, until } from "../lib/cache/_redis.ts";
import { drawPicture } from "../support/pictures.ts";
import { type RunningService, startService } from "../support/service.ts";

const TOKEN = "a-token-for-tests-only";
const photo = await encode(drawPicture(160, 120, 3), { format: "jpeg" });

/** A source that counts how often it is asked. */
class CountingSource implements AsyncDisposable {
  asked = 0;
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    this.asked++;
    return new Response(photo, { headers: { "content-type": "image/jpeg" } });
  });

  picture(style: string): string {
    const query = { url: `http://127.0.0.1:${this.#server.addr.port}/a.jpg`, style, w: "96" };
    return `/v1/stylize?${new URLSearchParams(query)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function startFleet(
  redis: TestRedis,
  stack: AsyncDisposableStack,
): Promise<RunningService[]> {
  const env = {
    ADMIN_TOKEN: TOKEN,
    COMPUTE_WORKERS: "1",
    DEADLINE_MS: "60000",
    LOG_LEVEL: "warn",
    REDIS_URL: redis.url,
    SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8",
  };
  const fleet = await Promise.all([1, 2, 3].map(() => startService(env)));
  for (const service of fleet) stack.use(service);
  return fleet;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly cache: string;
  readonly computed: boolean;
}

async function ask(service: RunningService | undefined, path: string): Promise<Answer> {
  const response = await fetch(`${service?.origin}${path}`);
  return {
    status: response.status,
    cache: response.headers.get("cache-status") ?? "",
    computed: /encode;/.test(response.headers.get("server-timing") ?? ""),
    body: (await response.bytes()).toHex(),
  };
}

Deno.test({
  name: "a fleet computes once, purges everywhere, and goes on without Redis",
  ignore: REDIS_PROGRAM === null,
  fn: async (t) => {
    await using redis = await TestRedis.start();
    await using source = new CountingSource();
    await using stack = new AsyncDisposableStack();
    const fleet = await startFleet(redis, stack);
    for (const service of fleet) {
      await until("Redis is reached", async () => {
        const ready = await fetch(`${service.origin}/readyz`);
        return (await ready.json()).status === "ready";
      });
    }

    await t.step("200 equal requests to 3 instances: one fetch, one computation", async () => {
      const path = source.picture("mosaic");
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) => ask(fleet[i % 3], path)),
      );
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
      assert.equal(source.asked, 1);
      const leaders = fleet.filter((_, k) =>
        answers.some(({ computed }, i) => computed && i % 3 === k)
      );
      assert.equal(leaders.length, 1);
      for (const service of fleet) assert.match((await ask(service, path)).cache, /hit/);
    });

    await t.step("a purge at one instance holds for all", async () => {
      const path = source.picture("mosaic");
      const purged = await fetch(`${fleet[0]?.origin}/v1/purge`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ style: "mosaic" }),
      });
      assert.equal(purged.status, 200);
      await purged.body?.cancel();
      await until(
        "the purge reaches another instance",
        async () => !/; hit/.test((await ask(fleet[1], path)).cache),
      );
    });

    await t.step("without Redis pictures still come, and it says so once", async () => {
      await redis.kill();
      for (const [k, style] of ["woodcut", "crayon", "planes"].entries()) {
        assert.equal((await ask(fleet[k], source.picture(style))).status, 200);
      }
      await until("the state is told", async () => {
        const ready = await fetch(`${fleet[0]?.origin}/readyz`);
        return ready.status === 200 && (await ready.json()).status === "degraded";
      });
      for (let i = 0; i < 30; i++) await ask(fleet[0], source.picture("woodcut"));
      const lines = fleet[0]?.errors().match(/^\{.*redis.*$/gim) ?? [];
      assert(lines.length >= 1 && lines.length <= 4, lines.join("\n"));
    });

    await t.step("it recovers by itself", async () => {
      await redis.restart();
      await until("Redis is used again", async () => {
        const ready = await fetch(`${fleet[0]?.origin}/readyz`);
        return (await ready.json()).status === "ready";
      });
      assert.equal((await ask(fleet[0], source.picture("halftone"))).status, 200);
      await until(
        "another instance reads it from Redis",
        async () => /hit/.test((await ask(fleet[1], source.picture("halftone"))).cache),
      );
    });
  },
});
