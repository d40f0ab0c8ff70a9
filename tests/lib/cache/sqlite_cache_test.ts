import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type CacheEntry, sqliteCache } from "../../../lib/cache/mod.ts";
import { entryOf, liveEntry, recordingLog } from "./_entries.ts";
import { Folder, MIB } from "./_folder.ts";

Deno.test("sqliteCache() keeps entries over a restart until their end", async () => {
  await using folder = new Folder();
  const first = folder.open();
  await first.put("cat", entryOf({ etag: '"old"' }));
  await first.put("cat", entryOf({ meta: { width: "320" } }));
  await first.put("over", entryOf({ staleUntil: 1500 }));
  await first.close();
  const second = folder.open();
  assert.deepEqual(await second.get("cat"), entryOf({ meta: { width: "320" } }));
  for (const again of [false, true]) assert.equal(await second.get("Cat", again), undefined);
  folder.now = 3000;
  assert.equal(await second.get("cat"), undefined);
  const { name, ok, hits, misses, entries } = second.status();
  const expected = { name: "sqlite", ok: true, hits: 1, misses: 2, entries: 1 };
  assert.deepEqual({ name, ok, hits, misses, entries }, expected);
  await second.close();
  assert.deepEqual(folder.lines, []);
});

Deno.test("sqliteCache() purges by tag and all, also work that began before", async () => {
  await using folder = new Folder();
  const cache = folder.open();
  await cache.put("a", entryOf({ tags: ["x", "y", "y"] }));
  await cache.put("b", entryOf({ tags: ["y"] }));
  await cache.put("c", entryOf({ tags: [] }));
  assert.equal(await cache.purge({ tag: "x" }), 1);
  assert.equal(await cache.get("a"), undefined);
  await cache.put("a", entryOf({ tags: ["x"] }));
  assert.equal(await cache.get("a"), undefined);
  assert.ok(await cache.get("b"));
  assert.equal(await cache.purge({ all: true }), 2);
  assert.equal(cache.status().entries, 0);
  await cache.close();
});

Deno.test("sqliteCache() replaces a damaged file, loudly, and keeps it aside", async () => {
  await using folder = new Folder();
  await folder.open().close();
  await Deno.writeTextFile(folder.file, "no database at all".repeat(500));
  const cache = folder.open();
  await cache.put("cat", entryOf());
  assert.ok(await cache.get("cat"));
  await cache.close();
  assert.match(folder.lines.join("\n"), /^error: The cache file .* is damaged .*begun anew$/);
  assert.match(await Deno.readTextFile(`${folder.file}.aside`), /^no database/);
});

Deno.test("sqliteCache() replaces a file that turns out damaged while in use", async () => {
  await using folder = new Folder();
  const first = folder.open(8 * MIB);
  for (let i = 0; i < 40; i++) await first.put(`key-${i}`, entryOf());
  await first.close();
  const bytes = await Deno.readFile(folder.file);
  await Deno.writeFile(folder.file, bytes.fill(0x5a, 4096));
  const cache = folder.open();
  for (let i = 0; i < 40; i++) assert.equal(await cache.get(`key-${i}`), undefined);
  await cache.put("cat", entryOf());
  assert.ok(await cache.get("cat"));
  assert.equal(cache.status().ok, true);
  await cache.close();
  assert.match(folder.lines.join("\n"), /^error: .*is damaged/);
});

Deno.test("sqliteCache() does not serve a body that was changed in the file", async () => {
  await using folder = new Folder();
  const first = folder.open();
  await first.put("cat", entryOf());
  await first.close();
  const database = new DatabaseSync(folder.file);
  database.exec("UPDATE bodies SET frame = CAST(frame || x'00' AS BLOB)");
  database.close();
  const cache = folder.open();
  assert.equal(await cache.get("cat"), undefined);
  assert.equal(cache.status().entries, 0);
  await cache.close();
});

Deno.test("sqliteCache() refuses the database of another program and leaves it alone", async () => {
  await using folder = new Folder();
  await Deno.mkdir(`${folder.path}/sub`);
  const foreign = new DatabaseSync(folder.file);
  foreign.exec("CREATE TABLE invoices (id INTEGER); INSERT INTO invoices VALUES (1)");
  foreign.close();
  const before = await Deno.readFile(folder.file);
  assert.throws(() => folder.open(), { code: "foreign_file" });
  assert.deepEqual(await Deno.readFile(folder.file), before);
});

Deno.test("sqliteCache() begins a file of another version anew", async () => {
  await using folder = new Folder();
  const first = folder.open();
  await first.put("cat", entryOf());
  await first.close();
  const database = new DatabaseSync(folder.file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  const cache = folder.open();
  assert.equal(await cache.get("cat"), undefined);
  await cache.put("cat", entryOf());
  assert.ok(await cache.get("cat"));
  await cache.close();
  assert.match(folder.lines.join("\n"), /^info: .*another version; begun anew$/);
});

Deno.test("sqliteCache() that has no usable file fails no request and tries again", async () => {
  await using folder = new Folder();
  await Deno.mkdir(folder.file, { recursive: true });
  const cache = folder.open();
  for (let i = 0; i < 5; i++) {
    assert.equal(await cache.get("cat"), undefined);
    await cache.put("cat", entryOf());
  }
  assert.equal(cache.status().ok, false);
  await assert.rejects(cache.purge({ all: true }), { code: "purge_failed" });
  assert.equal(folder.lines.length, 1, folder.lines.join("\n"));
  await Deno.remove(folder.file);
  folder.now += 10_001;
  await cache.put("cat", entryOf({ storedAt: folder.now, staleUntil: 20_000 }));
  assert.ok(await cache.get("cat"));
  assert.equal(cache.status().ok, true);
  await cache.close();
  assert.deepEqual(folder.lines.slice(1), ["info: cache file works again"]);
});

Deno.test("sqliteCache() that is closed answers nothing and takes nothing", async () => {
  await using folder = new Folder();
  const cache = folder.open();
  await cache.close();
  await cache.put("cat", entryOf());
  assert.equal(await cache.get("cat"), undefined);
  await cache.close();
});

Deno.test.each([0, 1024, MIB + 0.5, NaN])("sqliteCache() refuses a bound of %s", (maxBytes) => {
  assert.throws(() => sqliteCache({ path: "unused", maxBytes }), RangeError);
});

Deno.test("sqliteCache() loses nothing and is not damaged by kill -9", async () => {
  await using folder = new Folder();
  const log = recordingLog();
  let kept = -1;
  for (let round = 0; round < 3; round++) {
    kept = await writeAndKill(folder.file, kept + 1);
    const cache = sqliteCache({ path: folder.file, maxBytes: 8 * MIB, log: log.log });
    const entry = await cache.get(`key-${kept}`);
    assert.deepEqual(summary(entry), { bytes: 100_000, first: kept & 255, type: "image/webp" });
    await cache.put("after", liveEntry());
    assert.ok(await cache.get("after"));
    await cache.close();
  }
  assert.deepEqual(log.lines, []);
  const database = new DatabaseSync(folder.file, { readOnly: true });
  assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  database.close();
});

function summary(entry: CacheEntry | undefined): unknown {
  return { bytes: entry?.body.length, first: entry?.body[0], type: entry?.type };
}

/** Lets another process write entries, kills it in the middle, and tells the last that it reported. */
async function writeAndKill(file: string, first: number): Promise<number> {
  const writer = new URL("_writer.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", writer, file, `${first}`],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split("\n").length > 25) break;
  }
  child.kill("SIGKILL");
  await child.status;
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}
