import assert from "node:assert/strict";
import { Catalog, type CatalogModel } from "../../lib/catalog/mod.ts";
import { encode } from "../../lib/image/mod.ts";
import { drawPicture } from "../support/pictures.ts";
import { type RunningService, startService } from "../support/service.ts";
import { freePort, type RunningProgram, startProgram, until } from "./programs.ts";

/** Where the server is that docs/deployment.md says how to build; unset: this file is skipped. */
const DENOKV = Deno.env.get("DENOKV");

const KV_TOKEN = "a-store-token-for-tests";
const ADMIN_TOKEN = "a-token-for-tests-only";

/** A store that can be killed and started again on its port and file. */
interface Store {
  readonly url: string;
  start(): Promise<RunningProgram>;
}

function storeIn(folder: string, denokv: string): Store {
  const port = freePort();
  const addr = `127.0.0.1:${port}`;
  const args = ["--sqlite-path", `${folder}/styles.sqlite`, "serve", "--addr", addr];
  const listens = async (): Promise<true> => {
    using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
    return await Promise.resolve(true);
  };
  return {
    url: `http://${addr}`,
    start: async () => {
      const program = startProgram(denokv, { args, env: { DENO_KV_ACCESS_TOKEN: KV_TOKEN } });
      await until(listens, "denokv listens");
      return program;
    },
  };
}

function startInstance(store: Store): Promise<RunningService> {
  return startService({
    KV_URL: store.url,
    DENO_KV_ACCESS_TOKEN: KV_TOKEN,
    ADMIN_TOKEN,
    COMPUTE_WORKERS: "1",
  });
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

async function catalogIsThere(service: RunningService): Promise<boolean> {
  return (await (await fetch(`${service.origin}/readyz`)).json()).catalog.ok;
}

Deno.test({
  name: "two instances share their styles through denokv and outlive its failure",
  ignore: DENOKV === undefined,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const store = storeIn(folder, DENOKV ?? "");
    let denokv = await store.start();
    await using a = await startInstance(store);
    await using b = await startInstance(store);

    await t.step("a style of one is served by the other within a second", async () => {
      assert.equal(await paint(b, "shared", 64), 404);
      assert.equal(await register(a, "shared", 5), 201);
      await until(async () => await paint(b, "shared", 64) === 200 || null, "B serves it", 1000);
      assert.equal(await register(b, "shared", 5), 200);
    });

    await t.step("known styles are painted while denokv is dead", async () => {
      for (const service of [a, b]) assert.equal(await paint(service, "mosaic", 64), 200);
      Deno.kill(denokv.pid, "SIGKILL");
      await denokv[Symbol.asyncDispose]();
      for (const [i, service] of [a, b, a, b].entries()) {
        assert.equal(await paint(service, "mosaic", 65 + i), 200);
        assert.equal(await paint(service, "shared", 65 + i), 200);
        assert.equal(await paint(service, "shared:1,mosaic:2", 65 + i), 200);
        assert.equal(await catalogIsThere(service), false);
      }
      assert.equal(await paint(a, "never-seen", 64), 503);
      assert.equal(await register(a, "refused", 6), 503);
    });

    await t.step("they recover by themselves, and the styles survive", async () => {
      denokv = await store.start();
      await until(async () => await register(b, "later", 7) === 201 || null, "B registers");
      await until(async () => await paint(a, "later", 64) === 200 || null, "A serves it");
      for (const service of [a, b]) {
        assert.equal(await paint(service, "shared", 70), 200);
        assert.equal(await catalogIsThere(service), true);
      }
      await using c = await startInstance(store);
      for (const style of ["shared", "later", "mosaic"]) {
        assert.equal(await paint(c, style, 64), 200);
      }
    });

    await denokv[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "statistics are computed once by all that share denokv",
  ignore: DENOKV === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const store = storeIn(folder, DENOKV ?? "");
    const denokv = await store.start();
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
    await denokv[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  },
});

if (DENOKV === undefined) {
  const line = "SKIPPED: DENOKV names no denokv server (docs/deployment.md)\n";
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}
