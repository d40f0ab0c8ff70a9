import type { CacheEntry, ResultCache } from "../cache/mod.ts";
import { ComputeError } from "../compute/mod.ts";
import type { Log } from "../log.ts";
import type { SingleFlight } from "../single_flight.ts";
import { SourceError } from "../source/mod.ts";
import { allOf, type Materials } from "./plan.ts";
import { RETRY, STALE_LIFE } from "./source_life.ts";
import { entityTag, timingOf, type Wish } from "./wish.ts";

/** A picture of a source that never changes is looked at again after a day. */
const LONGEST_LIFE = 24 * 3600 * 1000;

/** The fact of an entry that says why it could not be renewed, until it is. */
const FAILURE = "failure";

/** What the log is told. */
const NOT_RENEWED = "an expired picture could not be renewed";

/** What an {@linkcode EntryMaker} works with. */
export interface EntryMakerOptions {
  /** Keeps what was painted. */
  readonly cache: ResultCache;
  /** Lets equal requests share one computation. */
  readonly flight: SingleFlight<CacheEntry>;
  /** Takes lines about renewals that failed. */
  readonly log: Log;
  /** Tells the time in milliseconds since the epoch. */
  readonly clock: () => number;
}

/**
 * @param entry What is kept.
 * @param now Milliseconds since the epoch.
 * @returns Whether it may be out of date; one that could not be renewed counts as fresh until the
 * next try.
 */
export function isOutdated({ freshUntil, meta }: CacheEntry, now: number): boolean {
  return freshUntil <= now || meta?.[FAILURE] !== undefined;
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
      ? { ...before, meta: {} }
      : await this.#paint(wish, { materials, fetched, signal });
    const finished = { ...entry, etag, tags: wish.tags, storedAt, ...life };
    const cause = allOf(materials).find(({ expired }) => expired)?.expired?.cause;
    const meta = cause === undefined ? {} : { [FAILURE]: cause };
    await cache.put(key, { ...finished, meta });
    return { ...finished, meta: { ...finished.meta, ...meta } };
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

  /** A picture is as fresh as the least fresh of its materials, and serves for a week more. */
  #life(materials: Materials): Pick<CacheEntry, "freshUntil" | "staleUntil"> {
    const all = allOf(materials);
    const ends = all.map(({ freshUntil }) => freshUntil);
    const freshUntil = Math.min(this.#clock() + LONGEST_LIFE, ...ends);
    const trueEnds = all.map(({ expired }) => expired?.at ?? freshUntil);
    return { freshUntil, staleUntil: Math.min(...trueEnds) + STALE_LIFE };
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
        const make = (signal: AbortSignal) => this.#make(key, wish, signal);
        const { meta } = await flight.run(key, make, nobodyLeaves);
        const cause = meta?.[FAILURE];
        if (cause !== undefined) log("warn", NOT_RENEWED, { cause });
      } catch (error) {
        const gone = error instanceof SourceError && error.code === "not_found";
        const cause = String(error);
        const retried = { freshUntil: this.#clock() + RETRY, meta: { [FAILURE]: cause } };
        // A source that is gone is not shown any more; one that fails is shown as it was.
        if (gone) await cache.delete(key);
        else await cache.put(key, { ...kept, ...retried });
        log("warn", NOT_RENEWED, { cause });
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
