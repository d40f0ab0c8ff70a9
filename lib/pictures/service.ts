import type { CacheEntry, PurgeSelector, ResultCache } from "../cache/mod.ts";
import type { Description } from "../compute/mod.ts";
import type { Log } from "../log.ts";
import type { SingleFlight } from "../single_flight.ts";
import { EntryMaker, isOutdated } from "./entry_maker.ts";
import type { Painter } from "./painter.ts";
import { allOf, type Materials } from "./plan.ts";
import type { PictureRequest, PictureSource, SheetRequest } from "./request.ts";
import type { ClientState, Freshness, Served, ServeOptions } from "./served.ts";
import type { Sources, SourcesStatus } from "./sources.ts";
import { entityTag, timingOf, type Wish } from "./wish.ts";
import { Wishes } from "./wishes.ts";

/** What a {@linkcode PictureService} works with. */
export interface PictureServiceOptions {
  /** Makes pictures. */
  readonly painter: Painter;
  /** Pictures by their URLs. */
  readonly sources: Sources;
  /** Keeps what was painted. */
  readonly cache: ResultCache;
  /** Lets equal requests share one computation. */
  readonly flight: SingleFlight<CacheEntry>;
  /** Takes lines about renewals that failed. */
  readonly log: Log;
  /** Tells the time in milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number;
}

/** Answers requests for pictures: from the cache, from another's computation, or painted. */
export class PictureService {
  readonly #options: PictureServiceOptions;
  readonly #clock: () => number;
  readonly #maker: EntryMaker;
  readonly #wishes: Wishes;
  /** The last answer with each entry in memory, for the second in which it is true. */
  readonly #hits = new WeakMap<CacheEntry, Served>();

  /** @param options The parts. */
  constructor(options: PictureServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#wishes = new Wishes(options.painter);
    this.#maker = new EntryMaker({ ...options, clock: this.#clock });
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
    const wish = this.#wishes.known(request);
    if (wish?.key === undefined) return undefined;
    const kept = this.#options.cache.near?.(wish.key);
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
    const wish = this.#wishes.known(request) ?? await this.#wishes.of(request);
    return await this.#serve(wish, options);
  }

  /**
   * Gives one content in many styles as one picture.
   *
   * @param request The request.
   * @param options Signal, and what the client has.
   * @returns The picture; it throws as {@linkcode picture} does.
   */
  async sheet(request: SheetRequest, options: ServeOptions): Promise<Served> {
    return await this.#serve(await this.#wishes.of(request), options);
  }

  /**
   * Finds out whether a picture can be asked for, without looking for it.
   *
   * @param request The request.
   * @returns Names under which it can be purged.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`.
   */
  async check(request: PictureRequest): Promise<readonly string[]> {
    return (await this.#wishes.of(request)).tags;
  }

  /**
   * Looks for a picture or a sheet without fetching or computing anything.
   *
   * @param request The request.
   * @param client What the client has.
   * @returns What is kept; undefined: nothing, or an upload.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`.
   */
  async peek(
    request: PictureRequest | SheetRequest,
    client: ClientState,
  ): Promise<Served | undefined> {
    const { key } = await this.#wishes.of(request);
    const entry = key === undefined ? undefined : await this.#options.cache.get(key);
    return entry && this.#answer(entry, "hit", client);
  }

  /**
   * Gives a source as it is.
   *
   * @param source Where it is.
   * @param signal The caller is gone.
   * @returns The encoded picture, and whether it may be out of date.
   * @throws {SourceError} If it cannot be had.
   * @throws {ImageError} If it is no picture by its header.
   */
  async source(
    source: PictureSource,
    signal: AbortSignal,
  ): Promise<Pick<Served, "isStale"> & { readonly body: Uint8Array<ArrayBuffer> }> {
    const request = { source, masks: [], style: { kind: "none" } } as const;
    const materials = await this.#options.painter.gather(request, signal);
    return { body: materials.content.bytes, isStale: this.#areStale(materials) };
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
   * @param selector A tag, or all.
   * @returns How many were dropped at once, where the cache counts them.
   * @throws {CacheError} `purge_failed`.
   */
  async purge(selector: PurgeSelector): Promise<number> {
    this.#options.sources.forget(selector);
    return await this.#options.cache.purge(selector);
  }

  /** @returns How sources are being fetched. */
  sourceStatus(): SourcesStatus {
    return this.#options.sources.status();
  }

  /** Settles when no renewal is under way. */
  async idle(): Promise<void> {
    await this.#maker.idle();
  }

  async #serve(wish: Wish, options: ServeOptions): Promise<Served> {
    const { key } = wish;
    if (key === undefined) return await this.#serveOnce(wish, options);
    const kept = await this.#options.cache.get(key);
    if (kept) {
      if (kept.freshUntil <= this.#clock()) this.#maker.renew(key, wish, kept);
      return this.#answer(kept, "hit", options);
    }
    if (options.isKnown) {
      const materials = await wish.gather(options.signal);
      const etag = entityTag(wish, materials);
      if (options.isKnown(etag)) return this.#unmodified(wish, { etag, materials });
    }
    const entry = await this.#maker.make(key, wish, options.signal);
    return this.#answer(entry, "miss", options);
  }

  /** Uploads: nobody else asks for them, so they are neither kept nor shared. */
  async #serveOnce(wish: Wish, { signal, isKnown }: ServeOptions): Promise<Served> {
    const start = performance.now();
    const materials = await wish.gather(signal);
    const fetched = performance.now() - start;
    const etag = entityTag(wish, materials);
    if (isKnown?.(etag)) return this.#unmodified(wish, { etag, materials });
    const picture = await wish.paint(materials, signal);
    return {
      etag,
      body: picture.body,
      type: `image/${picture.format}`,
      tags: wish.tags,
      freshness: "bypass",
      isStale: this.#areStale(materials),
      ttl: 0,
      timing: timingOf(picture, fetched),
    };
  }

  #answer(entry: CacheEntry, freshness: Freshness, client?: ClientState): Served {
    const { etag, tags, type, body, meta } = entry;
    const timing = freshness === "miss" ? meta?.["timing"] : undefined;
    return {
      etag,
      tags,
      type,
      freshness,
      isStale: this.#mayMissPurges() || isOutdated(entry, this.#clock()),
      body: client?.isKnown?.(etag) ? null : body,
      ttl: this.#ttlOf(entry),
      ...(timing === undefined ? {} : { timing }),
    };
  }

  #ttlOf({ freshUntil }: CacheEntry): number {
    return Math.floor((freshUntil - this.#clock()) / 1000);
  }

  #unmodified(
    { tags }: Wish,
    { etag, materials }: { readonly etag: string; readonly materials: Materials },
  ): Served {
    const isStale = this.#areStale(materials);
    return { etag, tags, body: null, freshness: "miss", isStale, ttl: 0 };
  }

  #areStale(materials: Materials): boolean {
    return this.#mayMissPurges() || allOf(materials).some(({ expired }) => expired !== undefined);
  }

  #mayMissPurges(): boolean {
    return this.#options.cache.mayMissPurges?.() ?? false;
  }
}
