import type { CacheEntry, PurgeSelector, ResultCache, SingleFlight } from "../cache/mod.ts";
import { ComputeError, type Description } from "../compute/mod.ts";
import type { Log } from "../log.ts";
import { SourceError } from "../source/mod.ts";
import type { Materials, Painter } from "./painter.ts";
import type { PictureRequest, PictureSource, SheetRequest } from "./request.ts";
import type { ClientState, Freshness, Served, ServeOptions } from "./served.ts";
import { type Sources, sourceTag } from "./sources.ts";
import { entityTag, pictureWish, sheetWish, timingOf, type Wish } from "./wish.ts";

/** An expired picture still serves for a week: while it is renewed, or while its source fails. */
const STALE_LIFE = 7 * 24 * 3600 * 1000;

/** A picture of a source that never changes is looked at again after a day. */
const LONGEST_LIFE = 24 * 3600 * 1000;

/** A picture whose renewal failed is not tried again for this many milliseconds. */
const RETRY = 30_000;

/** What a {@linkcode PictureService} works with. */
export interface PictureServiceOptions {
  /** Makes pictures. */
  readonly painter: Painter;
  /** Pictures by their URLs. */
  readonly sources: Sources;
  /** Keeps what was painted. */
  readonly cache: ResultCache;
  /** Lets equal requests share one computation. */
  readonly flight: SingleFlight;
  /** Takes lines about renewals that failed. */
  readonly log: Log;
  /** Tells the time in milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
}

/** Answers requests for pictures: from the cache, from another's computation, or painted. */
export class PictureService {
  readonly #options: PictureServiceOptions;
  readonly #clock: () => number;
  readonly #renewals = new Set<Promise<void>>();
  /** Naming a picture takes longer than finding it in memory. */
  readonly #wishes = new WeakMap<PictureRequest | SheetRequest, Wish>();
  /** The last answer with each entry in memory, for the second in which it is true. */
  readonly #hits = new WeakMap<CacheEntry, Served>();

  /** @param options The parts. */
  constructor(options: PictureServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    // Another instance has purged: what was fetched here is as old as what was painted of it.
    options.cache.onPurge?.((selector) => options.sources.forget(selector));
  }

  /**
   * Gives a picture that is at hand: kept in this process's memory and fresh. Nothing is waited for,
   * and within a second the same object is given again.
   *
   * @param request The object that {@linkcode picture} was asked with before, not an equal one.
   * @param client What the client has.
   * @returns The picture; undefined where {@linkcode picture} has to look further.
   */
  ready(request: PictureRequest, client: ClientState): Served | undefined {
    const { cache, painter } = this.#options;
    const wish = this.#wishes.get(request);
    if (wish?.key === undefined || !painter.isCurrent(wish.plan)) return undefined;
    const kept = cache.near?.(wish.key);
    if (kept === undefined) return undefined;
    if (client.isKnown?.(kept.etag)) return this.#answer(kept, "hit", client);
    let hit = this.#hits.get(kept);
    if (hit?.ttl !== this.#ttlOf(kept)) {
      hit = this.#answer(kept, "hit");
      this.#hits.set(kept, hit);
    }
    return hit;
  }

  /**
   * Gives a picture.
   *
   * @param request The request.
   * @param options Signal, and what the client has.
   * @returns The picture.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`, or if it cannot be computed now.
   * @throws {SourceError} If a source cannot be had.
   * @throws {ImageError} If a source is refused.
   */
  async picture(request: PictureRequest, options: ServeOptions): Promise<Served> {
    return await this.#serve(await this.#wish(request), options);
  }

  /**
   * Gives one content in many styles as one picture.
   *
   * @param request The request.
   * @param options Signal, and what the client has.
   * @returns The picture; it throws as {@linkcode picture} does.
   */
  async sheet(request: SheetRequest, options: ServeOptions): Promise<Served> {
    return await this.#serve(await this.#wish(request), options);
  }

  /**
   * Looks for a picture without fetching or computing anything.
   *
   * @param request The request.
   * @returns The kept picture, if there is one.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`.
   */
  async peek(request: PictureRequest): Promise<Served | undefined> {
    return await this.#peek(await this.#wish(request));
  }

  async #wish(request: PictureRequest | SheetRequest): Promise<Wish> {
    const { painter } = this.#options;
    const known = this.#wishes.get(request);
    if (known && painter.isCurrent(known.plan)) return known;
    const wish = "styles" in request
      ? await sheetWish(painter, request)
      : await pictureWish(painter, request);
    this.#wishes.set(request, wish);
    return wish;
  }

  async #peek({ key }: Wish): Promise<Served | undefined> {
    const entry = key === undefined ? undefined : await this.#options.cache.get(key);
    if (!entry) return undefined;
    return this.#answer(entry, entry.freshUntil > this.#clock() ? "hit" : "stale");
  }

  /**
   * Looks for a sheet as {@linkcode peek} does for a picture.
   *
   * @param request The request.
   * @returns The kept sheet, if there is one.
   */
  async peekSheet(request: SheetRequest): Promise<Served | undefined> {
    return await this.#peek(await this.#wish(request));
  }

  /**
   * Gives a source as it is.
   *
   * @param source Where it is.
   * @param signal The caller is gone.
   * @returns Its bytes.
   * @throws {SourceError} If it cannot be had.
   * @throws {ImageError} If it is no picture by its header.
   */
  async source(source: PictureSource, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const request = { source, masks: [], style: { kind: "none" } } as const;
    return (await this.#options.painter.gather(request, signal)).content.bytes;
  }

  /**
   * Looks at an encoded picture.
   *
   * @param bytes The picture.
   * @param signal The caller is gone.
   * @returns Its colours and placeholders.
   */
  async describe(bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Description> {
    return await this.#options.painter.describe(bytes, signal);
  }

  /**
   * Forgets pictures everywhere in the fleet.
   *
   * @param what A tag, one source's pictures, or all.
   * @returns How many were dropped at once, where the cache counts them.
   * @throws {CacheError} `purge_failed`.
   */
  async purge(what: PurgeSelector | { readonly url: string }): Promise<number> {
    const { cache, sources } = this.#options;
    const selector = "url" in what ? { tag: sourceTag(what.url) } : what;
    sources.forget(selector);
    return await cache.purge(selector);
  }

  /** Sources fetched since the start, conditional fetches included. */
  get sourceFetches(): number {
    return this.#options.sources.fetches;
  }

  /** Settles when no renewal is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#renewals);
  }

  async #serve(wish: Wish, options: ServeOptions): Promise<Served> {
    const { key } = wish;
    if (key === undefined) return await this.#serveOnce(wish, options);
    const { cache } = this.#options;
    const kept = await cache.get(key);
    if (kept) {
      const fresh = kept.freshUntil > this.#clock();
      if (!fresh) this.#renew(key, wish, kept);
      return this.#answer(kept, fresh ? "hit" : "stale", options);
    }
    if (options.isKnown) {
      const materials = await wish.gather(options.signal);
      const etag = entityTag(wish, materials);
      if (options.isKnown(etag)) return unmodified(wish, etag);
    }
    const entry = await this.#join(key, wish, options.signal);
    return this.#answer(entry, "miss", options);
  }

  async #join(key: string, wish: Wish, signal: AbortSignal): Promise<CacheEntry> {
    try {
      const { flight } = this.#options;
      return await flight.run(key, (working) => this.#make(key, wish, working), signal);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new ComputeError("aborted", "The caller left", { cause });
    }
  }

  /** Uploads: nobody else asks for them, so they are neither kept nor shared. */
  async #serveOnce(wish: Wish, { signal, isKnown }: ServeOptions): Promise<Served> {
    const start = performance.now();
    const materials = await wish.gather(signal);
    const fetched = performance.now() - start;
    const etag = entityTag(wish, materials);
    if (isKnown?.(etag)) return unmodified(wish, etag);
    const picture = await wish.paint(materials, signal);
    return {
      etag,
      body: picture.body,
      type: `image/${picture.format}`,
      tags: wish.tags,
      freshness: "bypass",
      ttl: 0,
      timing: timingOf(picture, fetched),
    };
  }

  async #make(key: string, wish: Wish, signal: AbortSignal): Promise<CacheEntry> {
    const { cache } = this.#options;
    const storedAt = this.#clock();
    const start = performance.now();
    const materials = await wish.gather(signal);
    const fetched = performance.now() - start;
    const etag = entityTag(wish, materials);
    const life = this.#life(materials);
    const before = await cache.get(key);
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

  /** Renews an expired picture behind its reader's back. */
  #renew(key: string, wish: Wish, kept: CacheEntry): void {
    const { cache, flight, log } = this.#options;
    const nobodyLeaves = new AbortController().signal;
    const renewal = (async () => {
      try {
        await flight.run(key, (signal) => this.#make(key, wish, signal), nobodyLeaves);
      } catch (error) {
        const gone = error instanceof SourceError && error.code === "not_found";
        const now = this.#clock();
        // A source that is gone is not shown any more; one that fails is shown as it was.
        const ends = gone ? { freshUntil: now, staleUntil: now + 1 } : { freshUntil: now + RETRY };
        await cache.put(key, { ...kept, ...ends });
        log("warn", "an expired picture could not be renewed", { cause: String(error) });
      }
    })();
    this.#renewals.add(renewal);
    void renewal.finally(() => this.#renewals.delete(renewal));
  }

  #answer(entry: CacheEntry, freshness: Freshness, client?: ClientState): Served {
    const { etag, tags, type, body, meta } = entry;
    const timing = freshness === "miss" ? meta?.["timing"] : undefined;
    return {
      etag,
      tags,
      type,
      freshness,
      body: client?.isKnown?.(etag) ? null : body,
      ttl: this.#ttlOf(entry),
      ...(timing === undefined ? {} : { timing }),
    };
  }

  #ttlOf({ freshUntil }: CacheEntry): number {
    return Math.floor((freshUntil - this.#clock()) / 1000);
  }
}

function unmodified({ tags }: Wish, etag: string): Served {
  return { etag, tags, body: null, freshness: "miss", ttl: 0 };
}
