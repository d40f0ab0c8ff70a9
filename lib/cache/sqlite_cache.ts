import type { DatabaseSync } from "node:sqlite";
import { StateLog } from "../state_log.ts";
import { digestOf } from "./_digest.ts";
import { CacheError } from "./errors.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { PurgeMarks } from "./purge_marks.ts";
import { isDamage, isDiskFailure, moveAside, openDatabase, removeFiles } from "./sqlite_schema.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type {
  CacheEntry,
  CacheLog,
  CacheStatus,
  Clock,
  PurgeSelector,
  ResultCache,
} from "./types.ts";

/** The empty file takes 40 KiB; below this bound hardly a picture would stay. */
const MIN_BYTES = 1024 * 1024;
/** Milliseconds until a file that could not be opened is tried again. */
const RETRY_MS = 10_000;
/** What is written to see whether there is room again is named so, and as large as many pictures. */
const PROBE = "probe";
const PROBE_BYTES = 256 * 1024;

/** Settings of {@linkcode sqliteCache}. */
export interface SqliteCacheOptions {
  /** Path of the file; missing folders are made. Several processes of one machine may share it. */
  readonly path: string;
  /** Bound of the file in bytes, at least 1 MiB. Its journal may take 16 MiB more. */
  readonly maxBytes: number;
  /** Told of failure and recovery, once each. Default: nobody. */
  readonly log?: CacheLog;
  /** Default: `Date.now`. */
  readonly clock?: Clock;
}

/**
 * Makes a cache in a SQLite file that survives restarts and `kill -9`, is bounded in bytes, and
 * forgets what was used least recently. A damaged file is moved aside to `<path>.aside` and begun
 * anew; while there is no usable file the cache is empty and takes nothing. Where a full disk allows
 * no purge, all of the file goes.
 *
 * @param options Where and how much.
 * @returns The cache.
 * @throws {RangeError} If the bound is not an integer of at least 1 MiB.
 * @throws {CacheError} If the file is a database of another program, with the code `foreign_file`;
 * it is left as it is.
 *
 * @example A picture outlives the cache that took it
 * ```ts
 * import { sqliteCache } from "./sqlite_cache.ts";
 *
 * const cache = sqliteCache({ path: "data/cache.sqlite", maxBytes: 2 ** 31 });
 * const entry = await cache.get("cat");
 * await cache.close();
 * ```
 */
export function sqliteCache(options: SqliteCacheOptions): ResultCache {
  if (!Number.isSafeInteger(options.maxBytes) || options.maxBytes < MIN_BYTES) {
    throw new RangeError(
      `Cannot bound the cache file: received ${options.maxBytes} bytes, at least ${MIN_BYTES} are needed`,
    );
  }
  return new SqliteCache(options);
}

interface Attempt<T> {
  readonly result?: T;
  readonly error?: unknown;
}

class SqliteCache implements ResultCache {
  readonly #options: SqliteCacheOptions;
  readonly #log: CacheLog;
  readonly #clock: Clock;
  readonly #reads: StateLog;
  readonly #writes: StateLog;
  readonly #marks = new PurgeMarks();
  #database: DatabaseSync | undefined;
  #store: SqliteStore | undefined;
  #retryAt = Number.NEGATIVE_INFINITY;
  #probeAt = Number.NEGATIVE_INFINITY;
  #hits = 0;
  #misses = 0;

  constructor(options: SqliteCacheOptions) {
    this.#options = options;
    this.#log = options.log ?? (() => {});
    this.#clock = options.clock ?? Date.now;
    this.#reads = new StateLog("cache file", this.#log);
    this.#writes = new StateLog("writing to the cache file", this.#log);
    const error = this.#use(this.#reads, () => {}).error;
    if (error instanceof CacheError && error.code === "foreign_file") throw error;
  }

  get(key: string, again = false): Promise<CacheEntry | undefined> {
    const name = digestOf(key);
    const entry = this.#use(this.#reads, (store) => {
      const frame = store.read(name, this.#clock());
      return frame && this.#decode(store, name, frame);
    }).result;
    if (again) return Promise.resolve(entry);
    if (entry === undefined) this.#misses++;
    else this.#hits++;
    return Promise.resolve(entry);
  }

  put(key: string, entry: CacheEntry): Promise<void> {
    const now = this.#clock();
    if (entry.staleUntil > now && !this.#marks.refuses(entry)) {
      const frame = encodeFrame(entry);
      this.#use(this.#writes, (store) => store.write(digestOf(key), entry, frame, now));
    }
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.#use(this.#writes, (store) => store.remove(digestOf(key)));
    return Promise.resolve();
  }

  purge(selector: PurgeSelector): Promise<number> {
    this.#marks.note(selector, this.#clock());
    const attempt = this.#use(this.#writes, (store) => store.purge(selector));
    const { result, error } = isDiskFailure(attempt.error) ? this.#beginAnew() : attempt;
    if (result !== undefined) return Promise.resolve(result);
    const message = "Cannot purge: the cache file does not work";
    return Promise.reject(new CacheError("purge_failed", message, { cause: error }));
  }

  status(): CacheStatus {
    this.#probe();
    const count = (store: SqliteStore) => ({ entries: store.entries(), bytes: store.bytes() });
    const counts = this.#use(this.#reads, count).result;
    const detail = this.#reads.detail || this.#writes.detail;
    const shared = { name: "sqlite", ok: detail === "", detail };
    return { ...shared, hits: this.#hits, misses: this.#misses, ...counts };
  }

  close(): Promise<void> {
    if (this.#store !== undefined) this.#use(this.#writes, (store) => store.flush());
    this.#release();
    this.#retryAt = Number.POSITIVE_INFINITY;
    return Promise.resolve();
  }

  #decode(store: SqliteStore, name: string, frame: Uint8Array): CacheEntry | undefined {
    try {
      return decodeFrame(frame);
    } catch (error) {
      if (!(error instanceof CacheError)) throw error;
      store.remove(name);
      return undefined;
    }
  }

  /** A cache that only answers hits writes nothing: it would not notice that there is room again. */
  #probe(): void {
    const now = this.#clock();
    if (this.#writes.detail === "" || now < this.#probeAt) return;
    this.#probeAt = now + RETRY_MS;
    this.#use(this.#writes, (store) => {
      store.write(PROBE, { tags: [], staleUntil: now }, new Uint8Array(PROBE_BYTES), now);
      store.remove(PROBE);
    });
  }

  /** Deleting rows takes room in the journal, removing the files takes none. */
  #beginAnew(): Attempt<number> {
    const { path } = this.#options;
    return this.#use(this.#writes, (store) => {
      const entries = store.entries();
      this.#release();
      removeFiles(path);
      this.#retryAt = Number.NEGATIVE_INFINITY;
      this.#log("warn", `The cache file ${path} is begun anew: it had no room for a purge`);
      return entries;
    });
  }

  #use<T>(state: StateLog, work: (store: SqliteStore) => T): Attempt<T> {
    try {
      this.#store ??= this.#open();
      if (this.#store === undefined) return {};
      const result = work(this.#store);
      state.works();
      return { result };
    } catch (error) {
      if (isDamage(error)) this.#replace(error);
      else state.failed(error);
      return { error };
    }
  }

  #open(): SqliteStore | undefined {
    const { path, maxBytes } = this.#options;
    const now = this.#clock();
    if (now < this.#retryAt) return undefined;
    this.#retryAt = now + RETRY_MS;
    this.#database = openDatabase(path, this.#log);
    return new SqliteStore(this.#database, maxBytes, now);
  }

  #replace(damage: unknown): void {
    this.#release();
    try {
      moveAside(this.#options.path, damage, this.#log);
      this.#retryAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#reads.failed(error);
    }
  }

  #release(): void {
    if (this.#database?.isOpen) this.#database.close();
    this.#database = undefined;
    this.#store = undefined;
  }
}
