import type { CacheEntry, ResultCache, SingleFlight } from "../cache/mod.ts";
import { ComputeError } from "../compute/mod.ts";
import type { Log } from "../log.ts";
import { SourceError } from "../source/mod.ts";
import type { Materials } from "./plan.ts";
import { entityTag, timingOf, type Wish } from "./wish.ts";

/** An expired picture still serves for a week: while it is renewed, or while its source fails. */
const STALE_LIFE = 7 * 24 * 3600 * 1000;

/** A picture of a source that never changes is looked at again after a day. */
const LONGEST_LIFE = 24 * 3600 * 1000;

/** A picture whose renewal failed is not tried again for this many milliseconds. */
const RETRY = 30_000;

/** What an {@linkcode EntryMaker} works with. */
export interface EntryMakerOptions {
  /** Keeps what was painted. */
  readonly cache: ResultCache;
  /** Lets equal requests share one computation. */
  readonly flight: SingleFlight;
  /** Takes lines about renewals that failed. */
  readonly log: Log;
  /** Tells the time in milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Makes pictures that are kept, and renews them. */
export class EntryMaker {
  readonly #options: EntryMakerOptions;
  readonly #clock: () => number;
  readonly #renewals = new Map<string, Promise<void>>();

  /** @param options The parts. */
  constructor(options: EntryMakerOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /**
   * Makes a picture for all who ask for it now, and keeps it.
   *
   * @param key Its key.
   * @param wish What is wanted.
   * @param signal The caller is gone.
   * @returns What is kept.
   * @throws {ComputeError} `aborted`, or if it cannot be computed now.
   * @throws {SourceError} If a source cannot be had.
   * @throws {ImageError} If a source is refused.
   */
  async make(key: string, wish: Wish, signal: AbortSignal): Promise<CacheEntry> {
    try {
      const { flight } = this.#options;
      return await flight.run(key, (working) => this.#make(key, wish, working), signal);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new ComputeError("aborted", "The caller left", { cause });
    }
  }

  async #make(key: string, wish: Wish, signal: AbortSignal): Promise<CacheEntry> {
    const { cache } = this.#options;
    const storedAt = this.#clock();
    const start = performance.now();
    const materials = await wish.gather(signal);
    const fetched = performance.now() - start;
    const etag = entityTag(wish, materials);
    const life = this.#life(materials);
    const before = await cache.get(key, true);
    const unchanged = before?.etag === etag;
    const entry = unchanged
      ? { ...before, ...life }
      : await this.#paint(wish, { materials, fetched, signal });
    const finished = { ...entry, etag, tags: wish.tags, storedAt, ...life };
    await cache.put(key, { ...finished, meta: {} });
    return finished;
  }

  async #paint(
    wish: Wish,
    work: {
      readonly materials: Materials;
      readonly fetched: number;
      readonly signal: AbortSignal;
    },
  ): Promise<Pick<CacheEntry, "body" | "meta" | "type">> {
    const picture = await wish.paint(work.materials, work.signal);
    const meta = { timing: timingOf(picture, work.fetched) };
    return { body: picture.body, type: `image/${picture.format}`, meta };
  }

  /** A picture is as fresh as the least fresh of its materials. */
  #life({ content, style, masks }: Materials): Pick<CacheEntry, "freshUntil" | "staleUntil"> {
    const ends = [content, ...masks, ...(style ? [style] : [])].map((one) => one.freshUntil);
    const freshUntil = Math.min(this.#clock() + LONGEST_LIFE, ...ends);
    return { freshUntil, staleUntil: freshUntil + STALE_LIFE };
  }

  /**
   * Renews an expired picture behind its reader's back.
   *
   * @param key Its key.
   * @param wish What is wanted.
   * @param kept What is kept until then, and if that fails.
   */
  renew(key: string, wish: Wish, kept: CacheEntry): void {
    if (this.#renewals.has(key)) return;
    const { cache, flight, log } = this.#options;
    const nobodyLeaves = new AbortController().signal;
    const renewal = (async () => {
      try {
        await flight.run(key, (signal) => this.#make(key, wish, signal), nobodyLeaves);
      } catch (error) {
        const gone = error instanceof SourceError && error.code === "not_found";
        // A source that is gone is not shown any more; one that fails is shown as it was.
        if (gone) await cache.delete(key);
        else await cache.put(key, { ...kept, freshUntil: this.#clock() + RETRY });
        log("warn", "an expired picture could not be renewed", { cause: String(error) });
      }
    })();
    this.#renewals.set(key, renewal);
    void renewal.finally(() => this.#renewals.delete(key));
  }

  /** Settles when no renewal is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#renewals.values());
  }
}
