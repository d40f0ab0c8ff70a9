import assert from "node:assert/strict";
import { Catalog, type CatalogModel } from "../../../lib/catalog/mod.ts";

const MODEL: CatalogModel = { name: "fast", version: "v1", channels: 2 };
const PICTURE = new Uint8Array([1, 2, 3]);
const OPTIONS = { metadata: { title: "A style" }, origin: "user", model: MODEL } as const;
const STATISTICS = { mean: new Float32Array([1, 2]), std: new Float32Array([3, 4]) };

/** A store whose answers can be held back, as those of a server that is away. */
class GatedKv {
  readonly #gate = Promise.withResolvers<void>();

  /** Reads that began while the store was away. */
  readonly waiting: Promise<unknown>[] = [];
  away = false;

  async back(): Promise<void> {
    this.away = false;
    this.#gate.resolve();
    await Promise.all(this.waiting);
  }

  wrap(kv: Deno.Kv): Deno.Kv {
    const get = (key: Deno.KvKey): Promise<unknown> => {
      if (!this.away) return kv.get(key);
      const late = this.#gate.promise.then(() => kv.get(key));
      this.waiting.push(late);
      return late;
    };
    return new Proxy(kv, {
      get: (target, name) => {
        if (name === "get") return get;
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }
}

Deno.test("put() of one style by two instances at once computes its statistics once", async () => {
  using kv = await Deno.openKv(":memory:");
  let analyzed = 0;
  const open = (): Catalog =>
    new Catalog({
      kv,
      analyze: () => {
        analyzed++;
        return Promise.resolve({ statistics: STATISTICS, width: 3, height: 1 });
      },
    });
  const [one, two] = await Promise.all([
    open().put("mine", PICTURE, OPTIONS),
    open().put("mine", PICTURE, OPTIONS),
  ]);
  assert.deepEqual([one.changed, two.changed].sort(), [false, true]);
  assert.deepEqual(one.record, two.record);
  assert.equal(analyzed, 1);
});

Deno.test("get() and statistics() of known styles wait a bounded time for the store", async () => {
  using kv = await Deno.openKv(":memory:");
  const gated = new GatedKv();
  const catalog = new Catalog({
    kv: gated.wrap(kv),
    recordLife: 0,
    patience: 20,
    analyze: () => Promise.resolve({ statistics: STATISTICS, width: 3, height: 1 }),
  });
  const { record } = await catalog.put("mine", PICTURE, OPTIONS);

  gated.away = true;
  for (let i = 0; i < 30; i++) assert.deepEqual(await catalog.get("mine"), record);
  assert.deepEqual(await catalog.statistics(record, MODEL), STATISTICS);
  await assert.rejects(catalog.get("never-seen"), { code: "store_unavailable" });
  assert(!catalog.status().ok);
  assert(gated.waiting.length <= 4, `${gated.waiting.length} requests pile up`);

  await gated.back();
  await assert.rejects(catalog.get("never-seen"), { code: "unknown_style" });
  assert(catalog.status().ok);
});
