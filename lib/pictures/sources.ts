import { LRUCache } from "lru-cache";
import type { PurgeSelector } from "../cache/mod.ts";
import { versionOf } from "../catalog/mod.ts";
import { localSingleFlight } from "../single_flight.ts";
import { SourceError, type SourceImage, type SourceValidators } from "../source/mod.ts";
import { digest } from "./digest.ts";
import { Places, type PlacesStatus } from "./places.ts";
import { RETRY, sourceLife, STALE_LIFE } from "./source_life.ts";

/**
 * @param url A source's URL, as requests have it.
 * @returns The tag of all pictures that are made of it.
 */
export function sourceTag(url: string): string {
  return `src-${digest(url)}`;
}

/** A source picture and how long it may be used without asking again. */
export interface StoredSource {
  /** The encoded picture. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Hash of the bytes. */
  readonly version: string;
  /** End of its freshness, in milliseconds since the epoch. */
  readonly freshUntil: number;
  /** Where it is used on while its source fails: its true end, in the same unit, and the failure. */
  readonly expired?: { readonly at: number; readonly cause: string };
}

/** Fetches a picture, or finds that what its caller has is still good. */
export type FetchSource = (
  url: string,
  options: { readonly signal: AbortSignal; readonly validators?: SourceValidators },
) => Promise<SourceImage | "not_modified">;

/** What a {@linkcode Sources} works with. */
export interface SourcesOptions {
  /** How pictures are fetched. */
  readonly fetch: FetchSource;
  /** Bound of the bytes kept. */
  readonly maxBytes: number;
  /** Sources that may be fetched at once, each as large as is allowed. */
  readonly maxFetches: number;
  /** Sources that may wait for that. */
  readonly maxWaiting: number;
  /** The part of both that one host may have, above 0, up to 1. Default 0.5. */
  readonly hostShare?: number;
  /** Tells the time in milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
}

/** Counts of {@linkcode Sources}, for metrics. */
export interface SourcesStatus extends PlacesStatus {
  /** Fetches since the start, conditional ones included. */
  readonly started: number;
}

interface Kept extends StoredSource {
  readonly validators: SourceValidators;
  /** Milliseconds that its source said it may be used; again after each look that finds it so. */
  readonly life: number;
}

/** Failures of a source that may pass; for these its last good copy is used, for a week. */
const PASSING = new Set(["unreachable", "upstream_error", "upstream_timeout"]);

/** Source pictures, kept briefly so that other sizes and styles do not fetch them again. */
export class Sources {
  readonly #options: SourcesOptions;
  readonly #clock: () => number;
  readonly #kept: LRUCache<string, Kept>;
  readonly #flight = localSingleFlight<Kept>();
  readonly #places: Places;
  #fetches = 0;
  #purges = 0;

  /** @param options How to fetch, and the bound. */
  constructor(options: SourcesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    const { maxFetches: count, maxWaiting, hostShare = 0.5 } = options;
    this.#places = new Places({ count, maxWaiting, hostShare });
    this.#kept = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ bytes }) => bytes.length + 512,
    });
  }

  /** @returns Fetches since the start, conditional ones included, and those of now. */
  status(): SourcesStatus {
    return { started: this.#fetches, ...this.#places.status() };
  }

  /**
   * Gives a source: from memory while it is fresh, else fetched or revalidated.
   *
   * @param url The source's URL.
   * @param signal The caller is gone.
   * @returns The picture; the last good copy where the source fails for now.
   * @throws {SourceError} If it cannot be had.
   * @throws {ComputeError} `queue_full`.
   */
  async get(url: string, signal: AbortSignal): Promise<StoredSource> {
    const kept = this.#kept.get(sourceTag(url));
    if (kept && kept.freshUntil > this.#clock()) return kept;
    // What was asked for before a purge may be what the purge was about.
    const key = `${this.#purges} ${url}`;
    try {
      return await this.#flight.run(key, (working) => this.#fetch(url, kept, working), signal);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new SourceError("aborted", "The caller left", { cause });
    }
  }

  async #fetch(url: string, kept: Kept | undefined, signal: AbortSignal): Promise<Kept> {
    const purges = this.#purges;
    const renew = () => this.#renew(url, { kept, signal });
    const host = URL.parse(url)?.hostname ?? "";
    const fresh = await this.#places.run(host, renew, signal);
    // Larger than the bound: `set` then drops it, and it serves those who wait for it alone.
    if (purges === this.#purges) this.#kept.set(sourceTag(url), fresh);
    return fresh;
  }

  /**
   * Forgets what a purge concerns; most purges are about no source.
   *
   * @param selector What is purged.
   */
  forget(selector: PurgeSelector): void {
    this.#purges++;
    if ("all" in selector) this.#kept.clear();
    else this.#kept.delete(selector.tag);
  }

  async #renew(
    url: string,
    { kept, signal }: { kept: Kept | undefined; signal: AbortSignal },
  ): Promise<Kept> {
    this.#fetches++;
    try {
      const validators = kept?.validators;
      const answer = await this.#options.fetch(url, {
        signal,
        ...(validators && Object.keys(validators).length > 0 ? { validators } : {}),
      });
      if (answer !== "not_modified") return await this.#keep(answer);
      if (!kept) throw new TypeError("nothing was asked conditionally");
      const { expired: _, ...good } = kept;
      return { ...good, freshUntil: this.#clock() + kept.life };
    } catch (error) {
      if (!kept || !(error instanceof SourceError) || !PASSING.has(error.code)) throw error;
      const at = kept.expired?.at ?? kept.freshUntil;
      if (at + STALE_LIFE <= this.#clock()) throw error;
      const expired = { at, cause: String(error) };
      return { ...kept, freshUntil: this.#clock() + RETRY, expired };
    }
  }

  async #keep(source: SourceImage): Promise<Kept> {
    const { bytes, etag, lastModified, cacheControl } = source;
    return {
      bytes,
      version: await versionOf(bytes),
      freshUntil: this.#clock() + sourceLife(source),
      // How old it was on arrival does not shorten its later lives.
      life: sourceLife(cacheControl === undefined ? {} : { cacheControl }),
      validators: {
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { lastModified }),
      },
    };
  }
}
