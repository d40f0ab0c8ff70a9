import { versionOf } from "../catalog/mod.ts";
import type { StoredSource } from "./sources.ts";

/** The picture that ships with the service, read when it is first wanted and kept. */
export class Sample {
  readonly #file: URL;
  #stored: Promise<StoredSource> | undefined;

  /** @param file Where it is. */
  constructor(file: URL) {
    this.#file = file;
  }

  /**
   * @returns It as a source that never grows old.
   * @throws What the file system says; the next call tries again.
   */
  get(): Promise<StoredSource> {
    return this.#stored ??= read(this.#file).catch((error) => {
      this.#stored = undefined;
      throw error;
    });
  }
}

async function read(file: URL): Promise<StoredSource> {
  const bytes = await Deno.readFile(file);
  return { bytes, version: await versionOf(bytes), freshUntil: Infinity };
}
