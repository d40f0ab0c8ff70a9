import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { PurgeSelector } from "../../../lib/cache/mod.ts";
import type { RedisLink } from "../../../lib/cache/redis_link.ts";
import { RedisPurges } from "../../../lib/cache/redis_purges.ts";

type Row = readonly [id: number, tag: string];

/** The purges of a fleet whose Redis has these rows; a purge of everything is the only one there. */
function purgesOf(rows: Row[], wasAway = false) {
  const told: PurgeSelector[] = [];
  const command = (_key: string, [name, , from]: readonly string[]) => {
    if (name === "EVAL") return Promise.resolve(rows.splice(0, Infinity, [100, ""]));
    const found = rows.filter(([id]) => from === "-" || id >= parseInt(from ?? ""));
    return Promise.resolve(found.map(([id, tag]) => [
      Buffer.from(`${id}-0`),
      tag === "" ? [Buffer.from("all"), Buffer.from("1")] : [Buffer.from("tag"), Buffer.from(tag)],
    ]));
  };
  const link = { prefix: "", wasAway, command, transfer: command } as unknown as RedisLink;
  return { purges: new RedisPurges(link, (selector) => told.push(selector)), told };
}

Deno.test("RedisPurges tells of each purge after the first look, once", async () => {
  const rows: Row[] = [[1, "x"], [2, "y"]];
  const { purges, told } = purgesOf(rows);
  await purges.sync();
  assert.deepEqual(told, []);
  rows.push([3, "z"]);
  for (let n = 0; n < 2; n++) await purges.sync();
  assert.deepEqual(told, [{ tag: "z" }]);
  assert.deepEqual(["x", "y", "z"].map((tag) => purges.isPurged([tag], "2-0")), [
    false,
    false,
    true,
  ]);
});

Deno.test("RedisPurges whose Redis was away at first counts that as a purge of everything", async () => {
  const { purges, told } = purgesOf([[1, "x"]], true);
  await purges.sync();
  assert.deepEqual(told, [{ all: true }]);
});

Deno.test("RedisPurges notices the history of a replica that was behind", async () => {
  const rows: Row[] = [[5, "x"], [9, "lost"]];
  const { purges, told } = purgesOf(rows);
  await purges.sync();
  rows.pop();
  await purges.sync();
  assert.deepEqual(rows, [[100, ""]], "the others are told");
  assert.deepEqual(told, [{ all: true }]);
  assert.equal(purges.isPurged(["lost"], "5-0"), true);
  assert.equal(purges.isPurged(["lost"], "100-0"), false);
});

Deno.test("RedisPurges that forgets the oldest of 20,000 tags believes nothing older", async () => {
  const rows = Array.from({ length: 20_002 }, (_, i): Row => [i + 1, `tag-${i + 1}`]);
  const { purges } = purgesOf(rows);
  await purges.sync();
  assert.equal(purges.isPurged(["tag-2"], "1-0"), true);
  assert.equal(purges.isPurged(["tag-2"], "2-0"), false);
  assert.equal(purges.isPurged(["tag-3"], "2-0"), true);
});
