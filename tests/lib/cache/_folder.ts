import { type ResultCache, sqliteCache } from "../../../lib/cache/mod.ts";
import { recordingLog } from "./_entries.ts";

/** The least bound of a cache file, in bytes. */
export const MIB: number = 1024 * 1024;

/** A folder of a test's own, and the cache file in it. */
export class Folder implements AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "cache" });
  readonly file: string = `${this.path}/sub/cache.sqlite`;
  readonly lines: string[];
  readonly #log: ReturnType<typeof recordingLog>["log"];
  now = 1500;

  constructor() {
    ({ lines: this.lines, log: this.#log } = recordingLog());
  }

  open(maxBytes: number = MIB): ResultCache {
    return sqliteCache({ path: this.file, maxBytes, log: this.#log, clock: () => this.now });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.path, { recursive: true });
  }
}
