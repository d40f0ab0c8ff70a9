/** A finished answer with what is needed to serve, revalidate and purge it. */
export interface CacheEntry {
  /** The encoded picture. It is shared with other readers: never write into it. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Media type, for instance `image/webp`. */
  readonly type: string;
  /** Strong validator, quotes included. */
  readonly etag: string;
  /** Names under which the entry can be purged. */
  readonly tags: readonly string[];
  /**
   * When the work that made the entry began, in milliseconds since the epoch: an entry whose work
   * began before a purge must not survive it.
   */
  readonly storedAt: number;
  /** End of freshness, in milliseconds since the epoch. */
  readonly freshUntil: number;
  /** End of use even as a stale answer, in milliseconds since the epoch. */
  readonly staleUntil: number;
  /** Further facts of the caller. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** What to purge: every entry with a tag, or everything. */
export type PurgeSelector = { readonly tag: string } | { readonly all: true };

/** State of one cache, for readiness and metrics. */
export interface CacheStatus {
  /** Kind of the cache: `memory`, `sqlite`, `redis` or `layered`. */
  readonly name: string;
  /** Whether it works. A cache that does not work answers nothing and takes nothing. */
  readonly ok: boolean;
  /** Why it does not work, else an empty string. */
  readonly detail: string;
  /** Answers given since the start. */
  readonly hits: number;
  /** Questions that could not be answered since the start. */
  readonly misses: number;
  /** Entries held, where the cache counts them. */
  readonly entries?: number;
  /** Bytes held, where the cache counts them. */
  readonly bytes?: number;
  /** The layers of a layered cache, front first. */
  readonly layers?: readonly CacheStatus[];
}

/** Keeps finished answers. A failure of what lies behind never reaches a reader or a writer. */
export interface ResultCache {
  /**
   * Looks an answer up.
   *
   * @param key The canonical key of the answer, an opaque string.
   * @param again Whether it was looked for already, for the same reader: that is counted once only.
   * Default false.
   * @returns The entry, fresh or stale, or nothing. Never rejects.
   */
  get(key: string, again?: boolean): Promise<CacheEntry | undefined>;
  /**
   * Looks an answer up where that takes no waiting. A cache that keeps nothing in this process's
   * memory has no such place.
   *
   * @param key The canonical key of the answer.
   * @returns The entry if it is at hand and fresh; else {@linkcode ResultCache.get} may know more.
   */
  near?(key: string): CacheEntry | undefined;
  /**
   * Keeps an answer, unless it is expired, too large, or older than a purge of one of its tags.
   *
   * @param key The canonical key of the answer.
   * @param entry The answer.
   * @returns Settles when the entry is readable or dropped. Never rejects.
   */
  put(key: string, entry: CacheEntry): Promise<void>;
  /**
   * Forgets an answer. Other instances may have it in their memory until it is stale.
   *
   * @param key The canonical key of the answer.
   * @returns Settles when that is tried. Never rejects.
   */
  delete(key: string): Promise<void>;
  /**
   * Forgets entries for good, also those whose work is under way.
   *
   * @param selector Which entries.
   * @returns How many entries were dropped at once; a shared cache that invalidates by mark counts 0.
   * @throws {CacheError} If the purge could not reach everything, with the code `purge_failed`.
   */
  purge(selector: PurgeSelector): Promise<number>;
  /**
   * Registers a listener for purges that come from elsewhere, for instance from another instance.
   *
   * @param listener Called once for each.
   */
  onPurge?(listener: (selector: PurgeSelector) => void): void;
  /** Whether purges of other instances may not have come here; absent: there are no others. */
  mayMissPurges?(): boolean;
  /** @returns The state now. */
  status(): CacheStatus;
  /** Releases files, sockets and timers. */
  close(): Promise<void>;
}

/** Takes a line about a change of state; levels as in the service's log. */
export type CacheLog = (level: "info" | "warn" | "error", message: string) => void;

/** Tells the time in milliseconds since the epoch. */
export type Clock = () => number;
