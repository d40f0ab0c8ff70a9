import { sqliteCache } from "../../../lib/cache/mod.ts";
import { liveEntry } from "./_entries.ts";

/** Puts entries into the file given as argument until it is killed; a line for each that is kept. */
const cache = sqliteCache({ path: Deno.args[0] ?? "", maxBytes: 8 * 1024 * 1024 });
const first = Number(Deno.args[1]);
for (let i = first;; i++) {
  await cache.put(`key-${i}`, liveEntry({ body: new Uint8Array(100_000).fill(i) }));
  await Deno.stdout.write(new TextEncoder().encode(`${i}\n`));
}
