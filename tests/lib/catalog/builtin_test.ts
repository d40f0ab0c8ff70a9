import assert from "node:assert/strict";
import { packStatistics, type Statistics } from "../../../lib/adain/mod.ts";
import {
  Catalog,
  type CatalogModel,
  seedBuiltins,
  type ShippedStatistics,
  versionOf,
} from "../../../lib/catalog/mod.ts";

const MODEL: CatalogModel = { name: "fast", version: "v1", channels: 2 };
const PICTURES = { waves: Uint8Array.of(1, 2, 3), leaves: Uint8Array.of(4, 5, 6) };

const filled = (value: number): Statistics => ({
  mean: new Float32Array(2).fill(value),
  std: new Float32Array(2).fill(1),
});
/** What ships says 10 and more, what is measured 1 and more: mix-ups show. */
const shippedOf = (picture: Uint8Array): number => 10 * (picture[0] ?? 0);

async function shippedFile(): Promise<ShippedStatistics> {
  const shippedFor = async (
    version: string,
    more: number,
  ): Promise<ShippedStatistics[string]> => {
    const styles = Object.entries(PICTURES).map(async ([id, picture]) => {
      const statistics = packStatistics(filled(shippedOf(picture) + more)).toBase64();
      return [id, { version: await versionOf(picture), width: 7, height: 5, statistics }] as const;
    });
    return { version, styles: Object.fromEntries(await Promise.all(styles)) };
  };
  return { fast: await shippedFor("v1", 0), fine: await shippedFor("v2", 3) };
}

/** A painting whose statistics ship for versions of models: each says its place in the list. */
function paintingOf(versions: readonly string[]): unknown {
  const statistics = versions.map((version, i) =>
    [version, packStatistics(filled(100 + i)).toBase64()] as const
  );
  return { id: "dusk", title: "Dusk", version: "p1", statistics: Object.fromEntries(statistics) };
}

interface Fixture {
  readonly folder: URL;
  readonly analyzed: string[];
  readonly progress: string[];
  readonly catalog: Catalog;
  seed(model?: CatalogModel, others?: readonly CatalogModel[]): Promise<void>;
  /** Mean of a style's first channel. */
  mean(id: string, model?: CatalogModel): Promise<number | undefined>;
}

async function withStyles(task: (fixture: Fixture) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const path = await Deno.makeTempDir();
  const folder = new URL(`file://${path}/`);
  const write = (name: string, value: unknown): Promise<void> =>
    Deno.writeTextFile(new URL(name, folder), JSON.stringify(value));
  const ids = Object.keys(PICTURES);
  await write("styles.json", ids.map((id) => ({ id, title: id, file: `${id}.jpg` })));
  await write("paintings.json", []);
  await write("statistics.json", await shippedFile());
  for (const [id, picture] of Object.entries(PICTURES)) {
    await Deno.writeFile(new URL(`${id}.jpg`, folder), picture);
  }
  const analyzed: string[] = [];
  const progress: string[] = [];
  const analyze = (
    picture: Uint8Array,
    { name, version }: CatalogModel,
  ): Promise<{ statistics: Statistics; width: number; height: number }> => {
    analyzed.push(`${picture[0]} ${name} ${version}`);
    return Promise.resolve({ statistics: filled(picture[0] ?? 0), width: 3, height: 2 });
  };
  const catalog = new Catalog({ kv, recordLife: 0, analyze });
  const seed = (model = MODEL, others: readonly CatalogModel[] = []): Promise<void> =>
    seedBuiltins(catalog, {
      folder,
      model,
      others,
      onProgress: ({ done, total, id }) => progress.push(`${done}/${total} ${id}`),
    });
  const mean = async (id: string, model = MODEL): Promise<number | undefined> =>
    (await catalog.statistics(await catalog.get(id), model)).mean[0];
  try {
    await task({ folder, analyzed, progress, catalog, seed, mean });
  } finally {
    kv.close();
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("seedBuiltins() measures nothing where statistics ship for the model", async () => {
  await withStyles(async ({ analyzed, progress, catalog, seed, mean }) => {
    await seed();
    assert.deepEqual(analyzed, []);
    assert.deepEqual(progress, ["1/2 waves", "2/2 leaves"]);
    assert.deepEqual([await mean("waves"), await mean("leaves")], [10, 40]);
    const { picture } = await catalog.get("waves");
    assert.deepEqual(picture, { bytes: 3, width: 7, height: 5 });
  });
});

Deno.test.each([
  [{ ...MODEL, version: "v2" }],
  [{ ...MODEL, name: "mine" }],
])("seedBuiltins() measures for another model and uses no statistics of %o", async (model) => {
  await withStyles(async ({ analyzed, progress, seed, mean }) => {
    await seed(model);
    const { name, version } = model;
    assert.deepEqual(analyzed, [`1 ${name} ${version}`, `4 ${name} ${version}`]);
    assert.deepEqual(progress, ["1/2 waves", "2/2 leaves"]);
    assert.deepEqual([await mean("waves", model), await mean("leaves", model)], [1, 4]);
  });
});

Deno.test("seedBuiltins() measures a picture that is not the one that was measured", async () => {
  await withStyles(async ({ folder, analyzed, seed, mean }) => {
    await Deno.writeFile(new URL("waves.jpg", folder), Uint8Array.of(9));
    await seed();
    assert.deepEqual(analyzed, ["9 fast v1"]);
    assert.deepEqual([await mean("waves"), await mean("leaves")], [9, 40]);
  });
});

Deno.test("seedBuiltins() measures all where no statistics ship", async () => {
  await withStyles(async ({ folder, analyzed, seed }) => {
    await Deno.remove(new URL("statistics.json", folder));
    await seed();
    assert.equal(analyzed.length, 2);
  });
});

Deno.test("seedBuiltins() takes what ships for a new version over a store of the old one", async () => {
  await withStyles(async ({ analyzed, seed, mean }) => {
    await seed({ ...MODEL, version: "v0" });
    assert.equal(analyzed.length, 2);
    await seed();
    assert.equal(analyzed.length, 2);
    assert.deepEqual([await mean("waves"), await mean("leaves")], [10, 40]);
  });
});

Deno.test("seedBuiltins() puts what ships for further models and measures nothing for them", async () => {
  const fine = { ...MODEL, name: "fine", version: "v2" };
  const other = { ...MODEL, name: "other", version: "v9" };
  await withStyles(async ({ analyzed, seed, mean }) => {
    await seed(MODEL, [fine, other]);
    assert.deepEqual([await mean("waves", fine), await mean("leaves", fine)], [13, 43]);
    assert.deepEqual(analyzed, []);
    assert.equal(await mean("waves", other), 1);
    assert.deepEqual(analyzed, ["1 other v9"]);
  });
});

Deno.test("seedBuiltins() puts a painting for every model that has its statistics", async () => {
  const fine = { ...MODEL, name: "fine", version: "v2" };
  const other = { ...MODEL, name: "other", version: "v9" };
  await withStyles(async ({ folder, catalog, seed, mean }) => {
    const list = JSON.stringify([paintingOf(["v1", "v2"])]);
    await Deno.writeTextFile(new URL("paintings.json", folder), list);
    await seed(other, [MODEL, fine]);
    assert.equal(await catalog.find("dusk"), null);
    await seed(MODEL, [other, fine]);
    assert.deepEqual([await mean("dusk"), await mean("dusk", fine)], [100, 101]);
    await assert.rejects(mean("dusk", other), { code: "style_unavailable" });
  });
});
