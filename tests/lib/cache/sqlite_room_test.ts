import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { entryOf } from "./_entries.ts";
import { Folder, MIB } from "./_folder.ts";

Deno.test("sqliteCache() is bounded in bytes and forgets the least recently used", async () => {
  await using folder = new Folder();
  const cache = folder.open();
  const body = new Uint8Array(100_000);
  await cache.put("used", entryOf({ body }));
  for (let i = 0; i < 40; i++) {
    folder.now++;
    await cache.put(`key-${i}`, entryOf({ body }));
    assert.ok(await cache.get("used"), `used before ${i}`);
  }
  assert.equal(await cache.get("key-0"), undefined);
  assert.ok(await cache.get("key-39"));
  await cache.put("huge", entryOf({ body: new Uint8Array(600_000) }));
  assert.equal(await cache.get("huge"), undefined);
  assert.ok((cache.status().entries ?? 0) >= 6);
  assert.ok((cache.status().bytes ?? Infinity) <= MIB);
  await cache.close();
  assert.ok((await Deno.stat(folder.file)).size <= MIB);
});

Deno.test("sqliteCache() drops expired entries before used ones", async () => {
  await using folder = new Folder();
  const cache = folder.open();
  const body = new Uint8Array(300_000);
  await cache.put("old", entryOf({ body }));
  await cache.put("short", entryOf({ body, staleUntil: 1600 }));
  folder.now = 1700;
  await cache.put("new", entryOf({ body }));
  await cache.put("newer", entryOf({ body }));
  assert.equal(cache.status().entries, 3);
  assert.ok(await cache.get("old"));
  await cache.close();
});

Deno.test("sqliteCache() knows after a restart what was used last", async () => {
  await using folder = new Folder();
  const body = new Uint8Array(290_000);
  const before = folder.open();
  for (const key of ["a", "b", "c"]) await before.put(key, entryOf({ body }));
  folder.now++;
  for (const key of ["a", "c"]) assert.ok(await before.get(key));
  await before.close();
  const after = folder.open();
  folder.now++;
  await after.put("d", entryOf({ body }));
  assert.equal((await after.get("b"))?.etag, undefined);
  for (const key of ["a", "c", "d"]) assert.ok(await after.get(key), key);
  await after.close();
});

Deno.test("sqliteCache() does not take the use of a deleted entry for that of a new one", async () => {
  await using folder = new Folder();
  const body = new Uint8Array(290_000);
  const cache = folder.open();
  const steps = [
    () => cache.put("a", entryOf({ body })),
    () => cache.put("gone", entryOf({ body })),
    () => cache.get("gone"),
    () => cache.get("a"),
    () => cache.delete("gone"),
    () => cache.put("b", entryOf({ body })),
    () => cache.put("c", entryOf({ body })),
    () => cache.put("d", entryOf({ body })),
  ];
  for (const step of steps) {
    await step();
    folder.now++;
  }
  assert.equal((await cache.get("a"))?.etag, undefined);
  for (const key of ["b", "c", "d"]) assert.ok(await cache.get(key), key);
  await cache.close();
});

Deno.test("sqliteCache() shrinks the file to a smaller bound", async () => {
  await using folder = new Folder();
  const large = folder.open(4 * MIB);
  for (let i = 0; i < 30; i++) {
    await large.put(`${i}`, entryOf({ body: new Uint8Array(100_000) }));
  }
  await large.close();
  assert.ok((await Deno.stat(folder.file)).size > 2 * MIB);
  const small = folder.open();
  await small.close();
  assert.ok((await Deno.stat(folder.file)).size <= MIB);
});

Deno.test("sqliteCache() that could not write notices without a write that it can", async () => {
  await using folder = new Folder();
  const cache = folder.open();
  await cache.put("cat", entryOf());
  const other = new DatabaseSync(folder.file);
  other.exec("BEGIN IMMEDIATE");
  await cache.put("dog", entryOf());
  assert.equal(cache.status().ok, false);
  other.exec("ROLLBACK");
  other.close();
  assert.equal(cache.status().ok, false, "it looks every ten seconds");
  folder.now += 10_001;
  const { ok, entries } = cache.status();
  assert.deepEqual({ ok, entries }, { ok: true, entries: 1 });
  await cache.close();
  assert.equal(folder.lines.length, 2, folder.lines.join("\n"));
});

Deno.test("sqliteCache() purges on a full disk, if need be by emptying the file", async () => {
  await using folder = new Folder();
  const program = new URL("_full_disk.ts", import.meta.url).pathname;
  // No file may be larger than 2 MiB, and a write beyond is an error, not a signal.
  const script = `trap '' XFSZ; ulimit -f 4096; exec "$@"`;
  const deno = [Deno.execPath(), "run", "--no-check", "--allow-read", "--allow-write"];
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", ...deno, program, folder.file],
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assert.match(lines.join("\n"), /is begun anew: it had no room for a purge/);
  assert.deepEqual(
    JSON.parse(lines.at(-1) ?? ""),
    { before: true, after: false, next: true, some: true, ok: true },
    new TextDecoder().decode(stderr),
  );
});
