import assert from "node:assert/strict";
import { Catalog, type CatalogModel } from "../../lib/catalog/mod.ts";
import { encode } from "../../lib/image/mod.ts";
import { DENOKV_PROGRAM, KV_TOKEN, TestDenokv } from "../support/denokv.ts";
import { drawPicture } from "../support/pictures.ts";
import { type RunningService, startService } from "../support/service.ts";
import { pause, until } from "./programs.ts";

const ignore = DENOKV_PROGRAM === null;

const ADMIN_TOKEN = "a-token-for-tests-only";

async function startInstance(store: TestDenokv): Promise<RunningService> {
  const dockerfile = await Deno.readTextFile(new URL("../../deploy/Dockerfile", import.meta.url));
  const lines = [...dockerfile.matchAll(/^ENV (\w+)=(.+)$/gm)];
  const env = Object.fromEntries(lines.map(([, name, value]) => [name, value]));
  return await startService({ ...store.env, ...env, ADMIN_TOKEN, COMPUTE_WORKERS: "1" });
}

async function register(service: RunningService, id: string, seed: number): Promise<number> {
  const response = await fetch(`${service.origin}/v1/styles/${id}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    body: await encode(drawPicture(120, 90, seed), { format: "png" }),
  });
  await response.body?.cancel();
  return response.status;
}

async function paint(service: RunningService, style: string, width: number): Promise<number> {
  const target = `/v1/stylize?url=/sample.jpg&style=${style}&w=${width}`;
  const response = await fetch(service.origin + target);
  await response.body?.cancel();
  return response.status;
}

async function etagOf(service: RunningService, style: string): Promise<string | null> {
  const response = await fetch(`${service.origin}/v1/stylize?url=/sample.jpg&style=${style}&w=64`);
  await response.body?.cancel();
  assert.equal(response.status, 200);
  return response.headers.get("etag");
}

async function untilCatalogIs(service: RunningService, wanted: boolean): Promise<void> {
  await until(async () => {
    const { catalog } = await (await fetch(`${service.origin}/readyz`)).json();
    return catalog.ok === wanted || null;
  }, `the catalog of /readyz is ${wanted}`);
}

Deno.test({
  name: "two instances share their styles through denokv and outlive its failure",
  ignore,
  async fn(t) {
    await using store = await TestDenokv.start();
    await using a = await startInstance(store);
    await using b = await startInstance(store);

    await t.step("a style of one is served by the other within a second", async () => {
      assert.equal(await paint(b, "shared", 64), 404);
      assert.equal(await register(a, "shared", 5), 201);
      await pause(1000);
      assert.equal(await paint(b, "shared", 64), 200);
      assert.equal(await register(b, "shared", 5), 200);
    });

    await t.step("a style that changes on one changes what the other serves", async () => {
      const before = await etagOf(b, "shared");
      assert.equal(await register(a, "shared", 9), 200);
      await pause(1000);
      const after = await etagOf(b, "shared");
      assert.notEqual(after, before);
      assert.equal(await etagOf(a, "shared"), after);
    });

    await t.step("known styles are painted while denokv is dead", async () => {
      for (const service of [a, b]) assert.equal(await paint(service, "mosaic", 64), 200);
      await store.kill();
      for (const [i, service] of [a, b, a, b].entries()) {
        assert.equal(await paint(service, "mosaic", 65 + i), 200);
        assert.equal(await paint(service, "shared", 65 + i), 200);
        assert.equal(await paint(service, "shared:1,mosaic:2", 65 + i), 200);
        await untilCatalogIs(service, false);
      }
      assert.equal(await paint(a, "never-seen", 64), 503);
      assert.equal(await register(a, "refused", 6), 503);
    });

    await t.step("they recover by themselves, and the styles survive", async () => {
      await store.restart();
      await until(async () => await register(b, "later", 7) === 201 || null, "B registers");
      await until(async () => await paint(a, "later", 64) === 200 || null, "A serves it");
      for (const service of [a, b]) {
        assert.equal(await paint(service, "shared", 70), 200);
        await untilCatalogIs(service, true);
      }
      await using c = await startInstance(store);
      for (const style of ["shared", "later", "mosaic"]) {
        assert.equal(await paint(c, style, 64), 200);
      }
    });

    await t.step("the log has one line for the failure and one for its end", () => {
      for (const service of [a, b]) {
        const lines = service.errors().split("\n").filter((line) => /store|KV Connect/.test(line));
        assert.equal(lines.length, 2, lines.join("\n"));
      }
    });
  },
});

Deno.test({
  name: "statistics are computed once by all that share denokv",
  ignore,
  async fn() {
    await using store = await TestDenokv.start();
    Deno.env.set("DENO_KV_ACCESS_TOKEN", KV_TOKEN);
    const model: CatalogModel = { name: "fast", version: "v1", channels: 2 };
    const statistics = { mean: new Float32Array([1, 2]), std: new Float32Array([3, 4]) };
    let analyzed = 0;
    const analyze = async (): ReturnType<ConstructorParameters<typeof Catalog>[0]["analyze"]> => {
      analyzed++;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { statistics, width: 3, height: 1 };
    };
    const stores = await Promise.all([1, 2, 3].map(() => Deno.openKv(store.url)));
    const catalogs = stores.map((kv) => new Catalog({ kv, analyze }));
    const metadata = { title: "A style" };
    const picture = new Uint8Array([1, 2, 3]);
    const put = await Promise.all(catalogs.map((catalog) => {
      return catalog.put("mine", picture, { metadata, origin: "user", model });
    }));
    assert.deepEqual(put.map(({ changed }) => changed).sort(), [false, false, true]);
    assert.equal(analyzed, 1);

    const next = { ...model, version: "v2" };
    const all = await Promise.all(catalogs.map(async (catalog) => {
      return await catalog.statistics(await catalog.get("mine"), next);
    }));
    for (const found of all) assert.deepEqual(found, statistics);
    assert.equal(analyzed, 2);

    for (const kv of stores) kv.close();
  },
});
