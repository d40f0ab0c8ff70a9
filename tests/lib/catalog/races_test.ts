import assert from "node:assert/strict";
import { Catalog, type CatalogModel, type StyleRecord } from "../../../lib/catalog/mod.ts";

const MODEL: CatalogModel = { name: "fast", version: "v1", channels: 2 };
const OPTIONS = { metadata: { title: "A style" }, origin: "user", model: MODEL } as const;
const STATISTICS = { mean: new Float32Array([1, 2]), std: new Float32Array([3, 4]) };

/** A picture of four parts. */
const picture = (first: number): Uint8Array<ArrayBuffer> => new Uint8Array(200_000).fill(first);

function open(kv: Deno.Kv): Catalog {
  return new Catalog({
    kv,
    recordLife: 0,
    analyze: () => Promise.resolve({ statistics: STATISTICS, width: 3, height: 1 }),
  });
}

/** Runs a task once, just before a change of a record or of a picture's part is committed. */
function interrupted(
  kv: Deno.Kv,
  table: "pictures" | "styles",
  task: () => Promise<unknown>,
): Deno.Kv {
  let isOver = false;
  const watch = (change: Deno.AtomicOperation): Deno.AtomicOperation => {
    let isWanted = false;
    const watched = new Proxy(change, {
      get: (target, name) => (...args: unknown[]): unknown => {
        const run = (): unknown => Reflect.apply(Reflect.get(target, name), target, args);
        if (name === "commit" && isWanted && !isOver) {
          isOver = true;
          return task().then(run);
        }
        const [key] = args;
        isWanted ||= Array.isArray(key) && key[0] === table;
        const result = run();
        return result === target ? watched : result;
      },
    });
    return watched;
  };
  return new Proxy(kv, {
    get: (target, name) => {
      if (name === "atomic") return () => watch(target.atomic());
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Asserts that the store has this picture of the style and nothing of others. */
async function assertOnly(kv: Deno.Kv, record: StyleRecord, first: number): Promise<void> {
  const found = await open(kv).get(record.id);
  assert.equal(found.version, record.version);
  assert.deepEqual(await open(kv).picture(found), picture(first));
  assert.equal((await keysOf(kv, "pictures")).length, 4);
}

async function keysOf(kv: Deno.Kv, table: string): Promise<Deno.KvKey[]> {
  return (await Array.fromAsync(kv.list({ prefix: [table] }))).map(({ key }) => key);
}

Deno.test("put() of a style that is deleted meanwhile stores its picture again", async () => {
  using kv = await Deno.openKv(":memory:");
  await open(kv).put("mine", picture(1), OPTIONS);
  const slow = open(interrupted(kv, "styles", () => open(kv).delete("mine")));
  const changed = { ...OPTIONS, metadata: { title: "Another title" } };
  const { record, created } = await slow.put("mine", picture(1), changed);
  assert(created);
  await assertOnly(kv, record, 1);
});

Deno.test("put() of two pictures at once leaves the parts of one", async () => {
  using kv = await Deno.openKv(":memory:");
  await open(kv).put("mine", picture(1), OPTIONS);
  const slow = open(interrupted(kv, "styles", () => open(kv).put("mine", picture(2), OPTIONS)));
  const { record } = await slow.put("mine", picture(3), OPTIONS);
  await assertOnly(kv, record, 3);
});

Deno.test("delete() leaves the parts of a picture that is registered meanwhile", async () => {
  using kv = await Deno.openKv(":memory:");
  const { record } = await open(kv).put("mine", picture(1), OPTIONS);
  const again = (): Promise<unknown> => open(kv).put("mine", picture(1), OPTIONS);
  await open(interrupted(kv, "pictures", again)).delete("mine");
  await assertOnly(kv, record, 1);
});

Deno.test("delete() of a style that is replaced meanwhile leaves nothing of it", async () => {
  using kv = await Deno.openKv(":memory:");
  await open(kv).put("mine", picture(1), OPTIONS);
  const replace = (): Promise<unknown> => open(kv).put("mine", picture(2), OPTIONS);
  await open(interrupted(kv, "styles", replace)).delete("mine");
  for (const table of ["styles", "pictures", "statistics"]) {
    assert.deepEqual(await keysOf(kv, table), []);
  }
});

Deno.test("statistics go with the picture of a replaced or deleted style", async () => {
  using kv = await Deno.openKv(":memory:");
  const catalog = open(kv);
  const kept = (await catalog.put("kept", picture(9), OPTIONS)).record;
  for (const first of [1, 2, 3]) {
    const { record } = await catalog.put("mine", picture(first), OPTIONS);
    await catalog.statistics(record, { ...MODEL, version: "v2" });
  }
  assert.equal((await keysOf(kv, "statistics")).length, 3);
  await catalog.delete("mine");
  assert.deepEqual(await keysOf(kv, "statistics"), [["statistics", kept.version, "v1"]]);
});
