import type { CacheEntry, CacheStatus, Clock, PurgeSelector, ResultCache } from "./types.ts";

/**
 * Puts a fast cache in front of one that is larger or shared.
 *
 * @param front The fast cache of this process; it forgets whatever `back` reports as purged elsewhere.
 * @param back The larger or shared cache.
 * @param clock Default: `Date.now`.
 * @returns The cache of both. A stale entry of the front is only served where the back has no newer one.
 */
export function layeredCache(
  front: ResultCache,
  back: ResultCache,
  clock: Clock = Date.now,
): ResultCache {
  return new LayeredCache(front, back, clock);
}

class LayeredCache implements ResultCache {
  readonly #front: ResultCache;
  readonly #back: ResultCache;
  readonly #clock: Clock;
  #purges = 0;
  #hits = 0;
  #misses = 0;

  constructor(front: ResultCache, back: ResultCache, clock: Clock) {
    this.#front = front;
    this.#back = back;
    this.#clock = clock;
    back.onPurge?.((selector) => {
      this.#purges++;
      front.purge(selector).catch(() => {});
    });
  }

  near(key: string): CacheEntry | undefined {
    const entry = this.#front.near?.(key);
    if (entry !== undefined) this.#hits++;
    return entry;
  }

  async get(key: string, again = false): Promise<CacheEntry | undefined> {
    const near = await this.#front.get(key, again);
    const entry = near !== undefined && near.freshUntil > this.#clock()
      ? near
      : await this.#newest(key, { near, again });
    if (again) return entry;
    if (entry === undefined) this.#misses++;
    else this.#hits++;
    return entry;
  }

  async #newest(
    key: string,
    { near, again }: { readonly near: CacheEntry | undefined; readonly again: boolean },
  ): Promise<CacheEntry | undefined> {
    const purges = this.#purges;
    const far = await this.#back.get(key, again);
    // A purge may have emptied the front while the back was read: what was read is then not kept,
    // and a stale copy from before the purge is not served either.
    if (purges !== this.#purges) return far;
    if (far === undefined || (near !== undefined && near.freshUntil >= far.freshUntil)) return near;
    await this.#front.put(key, far);
    return far;
  }

  async put(key: string, entry: CacheEntry): Promise<void> {
    await this.#front.put(key, entry);
    await this.#back.put(key, entry);
  }

  async delete(key: string): Promise<void> {
    await this.#front.delete(key);
    await this.#back.delete(key);
  }

  async purge(selector: PurgeSelector): Promise<number> {
    const near = await this.#front.purge(selector);
    try {
      return Math.max(near, await this.#back.purge(selector));
    } finally {
      // Readers may have refilled the front from the back meanwhile.
      this.#purges++;
      await this.#front.purge(selector);
    }
  }

  onPurge(listener: (selector: PurgeSelector) => void): void {
    this.#back.onPurge?.(listener);
  }

  mayMissPurges(): boolean {
    return this.#back.mayMissPurges?.() ?? false;
  }

  status(): CacheStatus {
    const layers = [this.#front.status(), this.#back.status()];
    return {
      name: "layered",
      ok: layers.every((layer) => layer.ok),
      detail: layers.map((layer) => layer.detail).filter((detail) => detail !== "").join("; "),
      hits: this.#hits,
      misses: this.#misses,
      layers,
    };
  }

  async close(): Promise<void> {
    await this.#front.close();
    await this.#back.close();
  }
}
