import { sqliteCache } from "../../../lib/cache/mod.ts";
import { liveEntry } from "./_entries.ts";

/** Fills the file given as argument until the disk takes no more, purges, and tells what it then has. */
const tell = (line: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
};
const log = (_level: string, message: string): void => tell(message);
const cache = sqliteCache({ path: Deno.args[0] ?? "", maxBytes: 64 * 1024 * 1024, log });
let puts = 0;
for (const bytes of [100_000, 1000]) {
  const body = new Uint8Array(bytes);
  do await cache.put(`key-${++puts}`, liveEntry({ body })); while (await cache.get(`key-${puts}`));
}
const before = await cache.get("key-1") !== undefined;
const purged = await cache.purge({ tag: "style-waves" });
const after = await cache.get("key-1") !== undefined;
await new Promise((resolve) => setTimeout(resolve, 2)); // what began with the purge is not kept
await cache.put("next", liveEntry());
const next = await cache.get("next") !== undefined;
tell(JSON.stringify({ before, after, next, some: purged > 10, ok: cache.status().ok }));
await cache.close();
