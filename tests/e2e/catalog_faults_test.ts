import assert from "node:assert/strict";
import { encode } from "../../lib/image/mod.ts";
import { DENOKV_PROGRAM, TestDenokv } from "../support/denokv.ts";
import { eventually, startFleet, sumOf } from "../support/fleet.ts";
import { allAre, assertToldBriefly, ENV, eventsOf, paint } from "../support/painting.ts";
import { Photos } from "../support/photos.ts";
import { drawPicture } from "../support/pictures.ts";
import { freePort } from "../support/ports.ts";
import { startService } from "../support/service.ts";
import { SlowProxy } from "../support/slow_proxy.ts";
import { idsOf, putStyle, tinyPicture } from "../support/styles.ts";

const ignore = DENOKV_PROGRAM === null;

Deno.test({
  name: "a style that is registered on all instances at once is analysed once",
  ignore,
  fn: async () => {
    await using store = await TestDenokv.start();
    await using fleet = await startFleet(3, { ...ENV, ...store.env });
    const { services } = fleet;
    const before = await sumOf(services, "pastiche_style_analyses");
    const picture = await encode(drawPicture(600, 600, 4), { format: "png" });
    const answers = await Promise.all(
      services.map((service) => putStyle(service, "mine", picture)),
    );
    assert.deepEqual(answers.toSorted(), [200, 200, 201]);
    assert.equal(await sumOf(services, "pastiche_style_analyses") - before, 1);
  },
});

Deno.test({
  name: "known styles are painted at once while denokv is slow, and new ones come",
  ignore,
  fn: async () => {
    await using store = await TestDenokv.start();
    await using way = new SlowProxy(store.port);
    await using near = await startService({ ...ENV, ...store.env });
    const env = { ...ENV, ...store.env, KV_URL: `http://127.0.0.1:${way.port}` };
    await using far = await startService(env);
    await using photos = await Photos.start();
    await paint(far, [photos.url, 80]);
    way.delay = 2000;
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      await new Promise((resolve) => setTimeout(resolve, 600)); // the record is looked up again
      const start = performance.now();
      assert.match((await paint(far, [photos.url, 80])).cache, /hit/);
      waits.push(Math.round(performance.now() - start));
    }
    assert(Math.min(...waits) < 1000, `answers from the cache took ${waits} ms`);
    await allAre([far], "degraded");
    assert.equal(await sumOf([far], "pastiche_catalog_available"), 0);
    assert.equal(await putStyle(near, "new", await tinyPicture(8)), 201);
    assert.equal((await paint(far, [photos.url, 81], { style: "new" })).status, 200);
    way.delay = 0;
    await allAre([far], "ready");
    assertToldBriefly(far, 4);
  },
});

Deno.test({
  name: "a service fills no log and ends at SIGTERM although denokv is dead",
  ignore,
  fn: async () => {
    await using store = await TestDenokv.start();
    await using photos = await Photos.start();
    await using service = await startService({ ...ENV, ...store.env });
    await store.kill();
    for (let i = 0; i < 20; i++) {
      const unknown = Promise.all([1, 2, 3].map((j) => {
        return paint(service, [photos.url, 80], { style: `never-seen-${i}-${j}` });
      }));
      for (const { status } of await unknown) assert.equal(status, 503);
    }
    assert.equal(await service.stop(), 0);
    assert(eventsOf(service).length <= 4, `a storm:\n${eventsOf(service).join("\n")}`);
  },
});

Deno.test({
  name: "a service that cannot reach its store says so and ends",
  fn: async () => {
    const KV_URL = `http://127.0.0.1:${freePort()}`;
    const env = { KV_URL, DENO_KV_ACCESS_TOKEN: "a-token" };
    await assert.rejects(startService(env), ({ message }: Error) => {
      assert.match(message, /KV_URL\): .*Connection refused/);
      return !/at async/.test(message);
    });
  },
});

Deno.test({
  name: "pictures come while denokv is full, and styles again when it is not",
  ignore,
  fn: async () => {
    await using store = await TestDenokv.start();
    await using photos = await Photos.start();
    await using service = await startService({ ...ENV, ...store.env });
    const style = await encode(drawPicture(300, 300, 4), { format: "png" });
    assert.equal(await putStyle(service, "before", style), 201);
    await store.kill();
    await store.restart({ maxBytes: 40_960 });
    await allAre([service], "ready");
    assert.equal(await putStyle(service, "refused", style), 503);
    await allAre([service], "degraded");
    for (const [i, known] of ["before", "mosaic", "none", "before"].entries()) {
      assert.equal((await paint(service, [photos.url, 80 + i], { style: known })).status, 200);
    }
    assert((await idsOf(service, 200)).includes("before"));
    await store.kill();
    await store.restart();
    await allAre([service], "ready");
    await eventually("styles are registered", async () => {
      return await putStyle(service, "after", style) === 201;
    });
    assert(!(await idsOf(service, 200)).includes("refused"));
    assertToldBriefly(service, 8);
  },
});

Deno.test({
  name: "thousands of styles are listed in pages",
  ignore,
  fn: async () => {
    await using store = await TestDenokv.start();
    await using service = await startService({ ...ENV, ...store.env });
    const builtin = await idsOf(service, 200);
    const numbers = Array.from({ length: 3000 }, (_, i) => `style-${i}`);
    {
      Deno.env.set("DENO_KV_ACCESS_TOKEN", store.env["DENO_KV_ACCESS_TOKEN"] ?? "");
      using kv = await Deno.openKv(store.url);
      for (let i = 0; i < numbers.length; i += 100) {
        const change = kv.atomic();
        for (const id of numbers.slice(i, i + 100)) {
          const updatedAt = new Date().toISOString();
          change.set(["styles", id], { id, title: id, origin: "user", version: id, updatedAt });
        }
        assert((await change.commit()).ok);
      }
    }
    for (const limit of [200, 7 * 13]) {
      const ids = await idsOf(service, limit);
      assert.deepEqual(ids, [...builtin, ...numbers].toSorted());
    }
  },
});
