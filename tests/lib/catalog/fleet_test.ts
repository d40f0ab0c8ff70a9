import assert from "node:assert/strict";
import { Claims } from "../../../lib/catalog/claims.ts";
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

function claimsOf(kv: Deno.Kv, life: number): Claims {
  return new Claims(kv, { life, read: (task) => task(), write: (task) => task() });
}

Deno.test("a claim lasts as long as its task", async () => {
  using kv = await Deno.openKv(":memory:");
  const events: string[] = [];
  const work = (name: string, time: number) => async (): Promise<void> => {
    events.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, time));
    events.push(`${name} ends`);
  };
  const first = claimsOf(kv, 1200).run(["a"], work("first", 3000));
  while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all([
    first,
    claimsOf(kv, 1200).run(["a"], work("second", 1)),
    claimsOf(kv, 1200).run(["b"], work("other", 1)),
  ]);
  const begun = ["first begins", "other begins", "other ends", "first ends", "second begins"];
  assert.deepEqual(events, [...begun, "second ends"]);
  assert.deepEqual(await Array.fromAsync(kv.list({ prefix: [] })), []);
});

Deno.test("the claim of an instance that died is given up after its life", async () => {
  using kv = await Deno.openKv(":memory:");
  const orphaned = Promise.withResolvers<void>();
  const dead = claimsOf({ atomic: () => kv.atomic(), get: kv.get.bind(kv) } as Deno.Kv, 1e9);
  const lost = dead.run(["a"], () => orphaned.promise);
  while ((await kv.get(["claims", "a"])).value === null);
  const start = performance.now();
  assert.equal(await claimsOf(kv, 300).run(["a"], () => Promise.resolve("done")), "done");
  assert(performance.now() - start >= 300);
  // The dead one was only slow: it takes nothing away from others.
  await claimsOf(kv, 300).run(["a"], async () => {
    orphaned.resolve();
    await lost;
    assert.equal((await kv.get(["claims", "a"])).value, true);
  });
});

Deno.test("a read that is late does not hide what was registered meanwhile", async () => {
  using kv = await Deno.openKv(":memory:");
  const gate = Promise.withResolvers<void>();
  let isFirst = true;
  const slow = new Proxy(kv, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target).bind(target);
      if (name !== "get" || !isFirst) return value;
      isFirst = false;
      return async (key: Deno.KvKey) => {
        const entry = await kv.get(key);
        await gate.promise;
        return entry;
      };
    },
  });
  const analyze = () => Promise.resolve({ statistics: STATISTICS, width: 3, height: 1 });
  const catalog = new Catalog({ kv: slow, recordLife: 1e9, analyze });
  const late = catalog.find("mine");
  const { record } = await catalog.put("mine", PICTURE, OPTIONS);
  gate.resolve();
  assert.equal(await late, null);
  assert.deepEqual(catalog.recent("mine"), record);
});

Deno.test("find() waits half a second for a slow store, and tells once", async () => {
  using kv = await Deno.openKv(":memory:");
  const gated = new GatedKv();
  const lines: string[] = [];
  const catalog = new Catalog({
    kv: gated.wrap(kv),
    recordLife: 0,
    analyze: () => Promise.resolve({ statistics: STATISTICS, width: 3, height: 1 }),
    log: (level, message) => lines.push(`${level}: ${message}`),
  });
  const { record } = await catalog.put("mine", PICTURE, OPTIONS);
  gated.away = true;
  const found = await Promise.all(Array.from({ length: 50 }, () => catalog.find("mine")));
  for (const one of found) assert.deepEqual(one, record);
  for (let i = 0; i < 50; i++) assert.deepEqual(await catalog.find("mine"), record);
  assert.equal(gated.waiting.length, 1, "one look serves all");
  const unknown = catalog.find("never-seen");
  assert(!catalog.status().ok);
  await gated.back();
  assert.equal(await unknown, null);
  while (!catalog.status().ok) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(lines, [
    "warn: store of styles: no answer in 500 ms; going on without it",
    "info: store of styles works again",
  ]);
});

Deno.test("statistics() are measured for a store that takes no claim", async () => {
  using kv = await Deno.openKv(":memory:");
  let analyzed = 0;
  let isFull = false;
  const store = new Proxy(kv, {
    get: (target, name) => {
      if (isFull && (name === "atomic" || name === "set")) throw new Error("disk is full");
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const open = (): Catalog =>
    new Catalog({
      kv: store,
      analyze: () => {
        analyzed++;
        return Promise.resolve({ statistics: STATISTICS, width: 3, height: 1 });
      },
    });
  const { record } = await open().put("mine", PICTURE, OPTIONS);
  isFull = true;
  const other = { ...MODEL, version: "v2" };
  assert.deepEqual(await open().statistics(record, other), STATISTICS);
  assert.equal(analyzed, 2);
});

Deno.test("statisticsOf() needs no store, and keeps what is known of styles", async () => {
  const kv = await Deno.openKv(":memory:");
  const analyze = () => Promise.resolve({ statistics: STATISTICS, width: 3, height: 1 });
  const catalog = new Catalog({ kv, analyze });
  const { record } = await catalog.put("mine", PICTURE, OPTIONS);
  kv.close();
  for (let i = 0; i < 1200; i++) {
    const { statistics } = await catalog.statisticsOf(new Uint8Array([i, i >> 8]), MODEL);
    assert.deepEqual(statistics, STATISTICS);
  }
  assert.deepEqual(await catalog.statistics(record, MODEL), STATISTICS);
});
