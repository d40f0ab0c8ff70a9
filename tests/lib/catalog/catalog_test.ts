import assert from "node:assert/strict";
import type { Statistics } from "../../../lib/adain/mod.ts";
import { Catalog, type CatalogModel, MAX_STYLE_BYTES } from "../../../lib/catalog/mod.ts";
import { seededRandom } from "../../support/random.ts";

const MODEL: CatalogModel = { name: "fast", version: "v1", channels: 4 };
const NEXT: CatalogModel = { ...MODEL, version: "v2" };

/** Statistics that depend on the picture and the model, so that mix-ups show. */
function statisticsOf(picture: Uint8Array, model: CatalogModel): Statistics {
  const value = (picture[0] ?? 0) + (model.version === "v2" ? 1000 : 0);
  return { mean: new Float32Array(4).fill(value), std: new Float32Array(4).fill(1) };
}

interface Fixture {
  readonly kv: Deno.Kv;
  readonly analyzed: string[];
  open(): Catalog;
}

async function withKv(task: (fixture: Fixture) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const analyzed: string[] = [];
  const open = (): Catalog =>
    new Catalog({
      kv,
      recordLife: 0,
      analyze: (picture, model) => {
        analyzed.push(`${picture[0]} ${model.version}`);
        const statistics = statisticsOf(picture, model);
        return Promise.resolve({ statistics, width: 30, height: 20 });
      },
    });
  try {
    await task({ kv, analyzed, open });
  } finally {
    kv.close();
  }
}

const picture = (first: number, length = 100): Uint8Array<ArrayBuffer> => {
  const random = seededRandom(first);
  const bytes = Uint8Array.from({ length }, () => 256 * random());
  bytes[0] = first;
  return bytes;
};
const options = { metadata: { title: "A style" }, origin: "user", model: MODEL } as const;

Deno.test("put() then get(), picture() and statistics() on another instance", async () => {
  await withKv(async ({ open, analyzed }) => {
    const bytes = picture(7, 200_000); // four KV values
    const { record, created } = await open().put("my-style", bytes, options);
    assert(created);
    const other = open();
    assert.deepEqual(await other.get("my-style"), record);
    assert.deepEqual(record.picture, { bytes: 200_000, width: 30, height: 20 });
    assert.deepEqual(await other.picture(record), bytes);
    assert.equal((await other.statistics(record, MODEL)).mean[0], 7);
    assert.deepEqual(analyzed, ["7 v1"]);
  });
});

Deno.test("put() of the same picture and metadata changes nothing", async () => {
  await withKv(async ({ open, analyzed }) => {
    const catalog = open();
    const first = await catalog.put("same", picture(1), options);
    const second = await catalog.put("same", picture(1), options);
    assert.deepEqual([second.changed, second.record], [false, first.record]);
    assert.equal(analyzed.length, 1);
  });
});

Deno.test("put() without metadata keeps those of the same picture only", async () => {
  await withKv(async ({ open, analyzed }) => {
    const catalog = open();
    const bare = { origin: "user", model: MODEL } as const;
    const metadata = { title: "A style", artist: "Somebody" };
    const first = await catalog.put("same", picture(1), { ...options, metadata });
    const second = await catalog.put("same", picture(1), bare);
    assert.deepEqual([second.changed, second.record], [false, first.record]);
    assert.deepEqual(analyzed, ["1 v1"]);
    const { record } = await catalog.put("same", picture(2), bare);
    assert.deepEqual([record.title, record.artist], ["same", undefined]);
  });
});

Deno.test("put() of another picture replaces it and frees the old one", async () => {
  await withKv(async ({ kv, open }) => {
    const catalog = open();
    const old = (await catalog.put("style", picture(1, 150_000), options)).record;
    const { record, changed, created } = await catalog.put("style", picture(2), options);
    assert.deepEqual([changed, created], [true, false]);
    assert.notEqual(record.version, old.version);
    assert.equal((await catalog.statistics(record, MODEL)).mean[0], 2);
    const parts = await Array.fromAsync(kv.list({ prefix: ["pictures", "style", old.version] }));
    assert.equal(parts.length, 0);
  });
});

Deno.test("statistics() of a new model are computed from the stored picture, once", async () => {
  await withKv(async ({ open, analyzed }) => {
    const [one, two] = [open(), open()];
    const { record } = await one.put("style", picture(9), options);
    const all = await Promise.all([
      one.statistics(record, NEXT),
      one.statistics(record, NEXT),
      two.statistics(record, NEXT),
    ]);
    assert(all.every(({ mean }) => mean[0] === 1009));
    assert.deepEqual(analyzed, ["9 v1", "9 v2"]);
  });
});

Deno.test("statistics() of shipped numbers serve their model and no other", async () => {
  await withKv(async ({ open }) => {
    const catalog = open();
    const statistics = statisticsOf(picture(5), MODEL);
    const metadata = { title: "A painting", artist: "Somebody", year: 1889 };
    await catalog.putStatistics("painting", statistics, { metadata, version: "p1", model: MODEL });
    const record = await catalog.get("painting");
    assert.equal(record.picture, undefined);
    assert.equal(await catalog.picture(record), null);
    assert.equal((await catalog.statistics(record, MODEL)).mean[0], 5);
    await assert.rejects(catalog.statistics(record, NEXT), { code: "style_unavailable" });
  });
});

Deno.test("statisticsOf() keeps the statistics of a loose picture by its content, in memory", async () => {
  await withKv(async ({ kv, open, analyzed }) => {
    const catalog = open();
    const first = await catalog.statisticsOf(picture(3), MODEL);
    const second = await catalog.statisticsOf(picture(3), MODEL);
    assert.deepEqual(first, second);
    assert.equal(analyzed.length, 1);
    assert.deepEqual(await Array.fromAsync(kv.list({ prefix: [] })), []);
  });
});

Deno.test("delete() removes the style and its picture", async () => {
  await withKv(async ({ kv, open }) => {
    const catalog = open();
    await catalog.put("style", picture(1), options);
    await catalog.delete("style");
    await assert.rejects(catalog.get("style"), { code: "unknown_style" });
    await assert.rejects(catalog.delete("style"), { code: "unknown_style" });
    assert.equal((await Array.fromAsync(kv.list({ prefix: ["pictures"] }))).length, 0);
  });
});

Deno.test("delete() of a built-in style is remembered, and put() forgets it", async () => {
  await withKv(async ({ open }) => {
    const catalog = open();
    await catalog.put("mosaic", picture(1), { ...options, origin: "builtin" });
    await catalog.delete("mosaic");
    assert(await catalog.wasRemoved("mosaic"));
    await catalog.put("mosaic", picture(1), options);
    assert(!await catalog.wasRemoved("mosaic"));
  });
});

Deno.test("list() gives all styles in pages, in order", async () => {
  await withKv(async ({ open }) => {
    const catalog = open();
    for (const id of ["c", "a", "e", "b", "d"]) await catalog.put(id, picture(1), options);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await catalog.list(2, cursor);
      seen.push(...page.styles.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.deepEqual(seen, ["a", "b", "c", "d", "e"]);
  });
});

Deno.test.each([
  ["none"],
  ["Upper"],
  ["with space"],
  ["-dash"],
  ["dash-"],
  ["two--dashes"],
  [""],
  ["a".repeat(65)],
  ["../x"],
])("put() refuses the id %j", async (id) => {
  await withKv(async ({ open }) => {
    await assert.rejects(open().put(id, picture(1), options), { code: "invalid_style" });
  });
});

Deno.test("put() refuses a picture that is too large for the store", async () => {
  await withKv(async ({ open }) => {
    const large = new Uint8Array(MAX_STYLE_BYTES + 1);
    await assert.rejects(open().put("large", large, options), { code: "style_too_large" });
  });
});

Deno.test("get() serves the last known record while the store is away", async () => {
  const kv = await Deno.openKv(":memory:");
  const analyze = (bytes: Uint8Array, model: CatalogModel): ReturnType<typeof later> =>
    later(bytes, model);
  const later = (bytes: Uint8Array, model: CatalogModel) =>
    Promise.resolve({ statistics: statisticsOf(bytes, model), width: 1, height: 1 });
  const catalog = new Catalog({ kv, recordLife: 0, analyze });
  const { record } = await catalog.put("style", picture(4), options);
  await catalog.statistics(record, MODEL);
  kv.close();
  assert.deepEqual(await catalog.get("style"), record);
  assert.equal((await catalog.statistics(record, MODEL)).mean[0], 4);
  assert(!catalog.status().ok);
  await assert.rejects(catalog.get("never-seen"), { code: "store_unavailable" });
});
