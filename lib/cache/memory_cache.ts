import { LRUCache } from "lru-cache";
import { isSelected, PurgeMarks } from "./purge_marks.ts";
import type { CacheEntry, CacheStatus, Clock, PurgeSelector, ResultCache } from "./types.ts";

/** Rough bytes of the objects around a body: entry, map slot, list links, short strings. */
const ENTRY_OVERHEAD = 1024;

/** Settings of {@linkcode memoryCache}. */
export interface MemoryCacheOptions {
  /** Bound of the bytes held, bodies and bookkeeping together. */
  readonly maxBytes: number;
  /** Default: `Date.now`. */
  readonly clock?: Clock;
}

/**
 * Makes a cache in this process's memory that is bounded in bytes and forgets what was used least
 * recently.
 *
 * @param options The bound and the clock.
 * @returns The cache.
 * @throws {RangeError} If the bound is not a positive integer.
 *
 * @example Keep a picture and purge it by tag
 * ```ts
 * import { memoryCache } from "./memory_cache.ts";
 * import assert from "node:assert/strict";
 *
 * const cache = memoryCache({ maxBytes: 1_000_000, clock: () => 5 });
 * await cache.put("cat", {
 *   body: new Uint8Array([1, 2]),
 *   type: "image/png",
 *   etag: '"a"',
 *   tags: ["style-waves"],
 *   storedAt: 1,
 *   freshUntil: 10,
 *   staleUntil: 20,
 * });
 * assert.equal((await cache.get("cat"))?.type, "image/png");
 * assert.equal(await cache.purge({ tag: "style-waves" }), 1);
 * assert.equal(await cache.get("cat"), undefined);
 * ```
 */
export function memoryCache(options: MemoryCacheOptions): ResultCache {
  if (!Number.isSafeInteger(options.maxBytes) || options.maxBytes < 1) {
    throw new RangeError(
      `Cannot bound the memory cache: received ${options.maxBytes} bytes, a positive integer is needed`,
    );
  }
  return new MemoryCache(options.maxBytes, options.clock ?? Date.now);
}

class MemoryCache implements ResultCache {
  readonly #entries: LRUCache<string, CacheEntry>;
  readonly #marks = new PurgeMarks();
  readonly #clock: Clock;
  #hits = 0;
  #misses = 0;

  constructor(maxBytes: number, clock: Clock) {
    this.#clock = clock;
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (entry, key) => entry.body.byteLength + 2 * key.length + ENTRY_OVERHEAD,
    });
  }

  near(key: string): CacheEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.freshUntil <= this.#clock()) return undefined;
    this.#hits++;
    return entry;
  }

  get(key: string, again = false): Promise<CacheEntry | undefined> {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.staleUntil > this.#clock()) {
      if (!again) this.#hits++;
      return Promise.resolve(entry);
    }
    if (entry !== undefined) this.#entries.delete(key);
    if (!again) this.#misses++;
    return Promise.resolve(undefined);
  }

  put(key: string, entry: CacheEntry): Promise<void> {
    if (entry.staleUntil > this.#clock() && !this.#marks.refuses(entry)) {
      this.#entries.set(key, entry);
    }
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.#entries.delete(key);
    return Promise.resolve();
  }

  purge(selector: PurgeSelector): Promise<number> {
    this.#marks.note(selector, this.#clock());
    let dropped = 0;
    for (const [key, entry] of this.#entries.entries()) {
      if (isSelected(entry, selector) && this.#entries.delete(key)) dropped++;
    }
    return Promise.resolve(dropped);
  }

  status(): CacheStatus {
    return {
      name: "memory",
      ok: true,
      detail: "",
      hits: this.#hits,
      misses: this.#misses,
      entries: this.#entries.size,
      bytes: this.#entries.calculatedSize,
    };
  }

  close(): Promise<void> {
    this.#entries.clear();
    return Promise.resolve();
  }
}
