import { Buffer } from "node:buffer";
import { StateLog } from "../state_log.ts";
import { digestOf } from "./_digest.ts";
import { CacheError } from "./errors.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { PurgeMarks } from "./purge_marks.ts";
import { isReply } from "./redis_connection.ts";
import type { RedisLink } from "./redis_link.ts";
import { RedisPurges } from "./redis_purges.ts";
import { RedisReads } from "./redis_reads.ts";
import type {
  CacheEntry,
  CacheLog,
  CacheStatus,
  Clock,
  PurgeSelector,
  ResultCache,
} from "./types.ts";

/** A larger entry would hold up others for long, and be late on a slower line. */
const MAX_ENTRY_BYTES = 8 * 1024 * 1024;

/** Milliseconds that a key stays which was written to see whether Redis takes anything. */
const PROBE_MS = 1000;

/** Settings of {@linkcode redisCache}. */
export interface RedisCacheOptions {
  /** Entries with more bytes are not kept. Default: 8 MiB. */
  readonly maxEntryBytes?: number;
  /** Told of failure and recovery, once each. Default: nobody. */
  readonly log?: CacheLog;
  /** Default: `Date.now`. */
  readonly clock?: Clock;
}

/**
 * Makes a cache in Redis or Valkey that all instances share. The server bounds it (`maxmemory` with
 * an `allkeys` or `volatile` policy); every entry ends by itself when it is too old to be used.
 * What is read after a purge was written is not from before it. What instances have in memory goes
 * when they hear of it: milliseconds later, or when they find their way to Redis again.
 *
 * @param link The way to Redis. Closing the cache leaves it open.
 * @param options Limits and log.
 * @returns The cache. While Redis does not answer it is empty and takes nothing.
 */
export function redisCache(link: RedisLink, options: RedisCacheOptions = {}): ResultCache {
  return new RedisCache(link, options);
}

class RedisCache implements ResultCache {
  readonly #link: RedisLink;
  readonly #maxEntryBytes: number;
  readonly #clock: Clock;
  readonly #reads: StateLog;
  readonly #writes: StateLog;
  readonly #purges: RedisPurges;
  readonly #entries: RedisReads;
  readonly #marks = new PurgeMarks();
  readonly #listeners: ((selector: PurgeSelector) => void)[] = [];
  readonly #stopBeat: () => void;
  #hits = 0;
  #misses = 0;

  constructor(link: RedisLink, options: RedisCacheOptions) {
    const log = options.log ?? (() => {});
    this.#link = link;
    this.#maxEntryBytes = options.maxEntryBytes ?? MAX_ENTRY_BYTES;
    this.#clock = options.clock ?? Date.now;
    this.#reads = new StateLog("reading from Redis", log);
    this.#writes = new StateLog("writing to Redis", log);
    this.#purges = new RedisPurges(link, (selector) => this.#purged(selector));
    this.#entries = new RedisReads(link, this.#purges);
    const sync = (): void => void this.#try(this.#reads, () => this.#purges.sync());
    this.#stopBeat = link.onBeat(() => {
      sync();
      this.#probe();
    });
    link.listen("purge", sync);
  }

  async get(key: string, again = false): Promise<CacheEntry | undefined> {
    const entry = await this.#read(this.#nameOf(key));
    if (again) return entry;
    if (entry === undefined) this.#misses++;
    else this.#hits++;
    return entry;
  }

  async #read(name: string): Promise<CacheEntry | undefined> {
    try {
      const frame = await this.#entries.read(name);
      const entry = Buffer.isBuffer(frame) ? this.#decode(frame) : undefined;
      this.#reads.works();
      return entry;
    } catch (error) {
      noteRefusal(this.#reads, error);
      return undefined;
    }
  }

  #decode(frame: Buffer): CacheEntry | undefined {
    const { seen = "", ...entry } = decodeFrame(frame);
    const isOver = entry.staleUntil <= this.#clock() || this.#purges.isPurged(entry.tags, seen);
    return isOver ? undefined : entry;
  }

  async put(key: string, entry: CacheEntry): Promise<void> {
    if (entry.staleUntil <= this.#clock() || entry.body.byteLength > this.#maxEntryBytes) return;
    await this.#try(this.#writes, () => this.#write(this.#nameOf(key), entry));
  }

  async #write(name: string, entry: CacheEntry): Promise<void> {
    await this.#purges.sync();
    if (this.#marks.refuses(entry)) return;
    const { buffer } = encodeFrame({ ...entry, seen: this.#purges.seen });
    const life = Math.ceil(entry.staleUntil - this.#clock());
    if (life < 1) return;
    await this.#link.transfer(name, ["SET", name, Buffer.from(buffer), "PX", String(life)]);
  }

  async delete(key: string): Promise<void> {
    const name = this.#nameOf(key);
    await this.#try(this.#writes, () => this.#link.transfer(name, ["DEL", name]));
  }

  async purge(selector: PurgeSelector): Promise<number> {
    this.#marks.note(selector, this.#clock());
    const cause = await this.#try(this.#writes, () => this.#purges.append(selector));
    if (cause === undefined) return 0;
    throw new CacheError("purge_failed", "Cannot purge: Redis does not work", { cause });
  }

  onPurge(listener: (selector: PurgeSelector) => void): void {
    this.#listeners.push(listener);
  }

  mayMissPurges(): boolean {
    return this.#link.detail !== "";
  }

  status(): CacheStatus {
    const detail = this.#link.detail || this.#reads.detail || this.#writes.detail;
    const shared = { name: "redis", ok: detail === "", detail };
    return { ...shared, hits: this.#hits, misses: this.#misses };
  }

  close(): Promise<void> {
    this.#stopBeat();
    return Promise.resolve();
  }

  #nameOf(key: string): string {
    return `${this.#link.prefix}entry:${digestOf(key)}`;
  }

  #purged(selector: PurgeSelector): void {
    this.#marks.note(selector, this.#clock());
    for (const listener of this.#listeners) listener(selector);
  }

  /** An instance that only answers hits writes nothing: it would not notice that Redis has room. */
  #probe(): void {
    if (this.#writes.detail === "") return;
    const name = `${this.#link.prefix}probe`;
    const words = ["SET", name, "", "PX", String(PROBE_MS)];
    void this.#try(this.#writes, () => this.#link.command(name, words));
  }

  /** Gives what was thrown. */
  async #try(state: StateLog, work: () => Promise<unknown>): Promise<unknown> {
    try {
      await work();
      state.works();
      return undefined;
    } catch (error) {
      noteRefusal(state, error);
      return error;
    }
  }
}

/** The link tells the log when Redis is away; here only what Redis refuses is told. */
function noteRefusal(state: StateLog, error: unknown): void {
  if (isReply(error)) state.failed(error);
}
