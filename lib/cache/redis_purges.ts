import { Buffer } from "node:buffer";
import { CacheError } from "./errors.ts";
import type { RedisReply } from "./redis_connection.ts";
import type { RedisLink } from "./redis_link.ts";
import type { PurgeSelector } from "./types.ts";

/** Rows that Redis keeps at least. Entries written before the oldest row are no longer believed. */
const MAX_ROWS = "10000";
/** Tags remembered here; where there are more, entries older than the oldest are not believed. */
const MAX_TAGS = 20_000;

/**
 * Writes a purge of everything where the history still ends as it was read: instances that find at
 * the same time that it is lost, or not begun, share one.
 */
const BEGIN = `
local last = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)
if (last[1] and last[1][1] or "") == ARGV[1] then
  redis.call("XADD", KEYS[1], "MAXLEN", 1, "*", "all", "1")
end`;

/** How the history is asked for: beside pictures that are under way, or after them. */
type Way = "command" | "transfer";

interface Row {
  readonly id: string;
  readonly selector: PurgeSelector;
}

/**
 * The purges of the fleet, a stream in Redis. Every entry carries the id of the last purge that its
 * writer knew (`seen`), and is believed while no later one concerns it: no clocks are compared, and
 * a purge costs one row however many entries it hits. A history that was lost (evicted, restored
 * from an old copy, failed over too early) is noticed and counts as a purge of everything.
 */
export class RedisPurges {
  readonly #link: RedisLink;
  readonly #key: string;
  readonly #onPurge: (selector: PurgeSelector) => void;
  readonly #tags = new Map<string, string>();
  #floor = "";
  #last: string | undefined;
  #reload: Promise<void> | undefined;

  /**
   * @param link The way to Redis.
   * @param onPurge Told of each purge once, whoever made it.
   */
  constructor(link: RedisLink, onPurge: (selector: PurgeSelector) => void) {
    this.#link = link;
    this.#key = `${link.prefix}purges`;
    this.#onPurge = onPurge;
  }

  /** Id of the last purge known here; empty before the first {@linkcode RedisPurges.sync}. */
  get seen(): string {
    return this.#last ?? "";
  }

  /**
   * Learns of the purges up to now.
   *
   * @param way How the history is asked for; `transfer` does it after all transfers before it.
   * @throws What the link throws.
   */
  async sync(way: Way = "command"): Promise<void> {
    const from = this.#last;
    const rows = from === undefined ? [] : await this.#rows(from, way);
    if (from === undefined || rows[0]?.id !== from) {
      this.#reload ??= this.#begin().finally(() => this.#reload = undefined);
      return await this.#reload;
    }
    for (const row of rows) {
      if (isBefore(this.seen, row.id)) this.#apply(row);
    }
  }

  /**
   * Writes a purge into the history and tells the fleet.
   *
   * @param selector What is purged.
   * @throws What the link throws, if the purge is not in the history.
   */
  async append(selector: PurgeSelector): Promise<void> {
    await this.#write(selector);
    // Without the message the others learn of it with their next beat.
    await this.#link.publish("purge", "").catch(() => {});
    await this.sync();
  }

  /**
   * @param tags The tags of an entry.
   * @param seen What {@linkcode RedisPurges.seen} was for its writer.
   * @returns Whether the entry was purged.
   */
  isPurged(tags: readonly string[], seen: string): boolean {
    if (seen === this.#last) return false;
    if (isBefore(seen, this.#floor)) return true;
    return tags.some((tag) => isBefore(seen, this.#tags.get(tag) ?? ""));
  }

  async #begin(): Promise<void> {
    const known = this.#last;
    // All of it may be large.
    let rows = await this.#rows("-", "transfer");
    const tail = rows.at(-1);
    if (tail === undefined || (known !== undefined && isBefore(tail.id, known))) {
      await this.#link.command(this.#key, ["EVAL", BEGIN, "1", this.#key, tail?.id ?? ""]);
      rows = await this.#rows("-", "transfer");
    }
    this.#tags.clear();
    this.#floor = rows[0]?.id ?? "";
    // What was made here before the first look may have been purged elsewhere meanwhile.
    if (known !== undefined || this.#link.wasAway) this.#onPurge({ all: true });
    for (const { id, selector } of rows) this.#remember(id, selector);
  }

  async #rows(from: string, way: Way): Promise<Row[]> {
    const reply = await this.#link[way](this.#key, ["XRANGE", this.#key, from, "+"]);
    return Array.isArray(reply) ? reply.map(rowOf) : [];
  }

  async #write(selector: PurgeSelector): Promise<void> {
    const words = "tag" in selector
      ? ["MAXLEN", "~", MAX_ROWS, "*", "tag", selector.tag]
      : ["MAXLEN", "1", "*", "all", "1"];
    await this.#link.command(this.#key, ["XADD", this.#key, ...words]);
  }

  #apply({ id, selector }: Row): void {
    this.#remember(id, selector);
    this.#onPurge(selector);
  }

  #remember(id: string, selector: PurgeSelector): void {
    this.#last = id;
    if ("all" in selector) {
      this.#floor = id;
      this.#tags.clear();
      return;
    }
    this.#tags.delete(selector.tag);
    this.#tags.set(selector.tag, id);
    const [oldest] = this.#tags;
    if (oldest === undefined || this.#tags.size <= MAX_TAGS) return;
    this.#tags.delete(oldest[0]);
    this.#floor = oldest[1];
  }
}

function rowOf(row: RedisReply): Row {
  const [id, fields] = Array.isArray(row) ? row : [];
  const [name, value] = Array.isArray(fields) ? fields : [];
  if (!Buffer.isBuffer(id) || !Buffer.isBuffer(name) || !Buffer.isBuffer(value)) {
    throw new CacheError("damaged_entry", "Cannot read the history of purges in Redis");
  }
  const selector = name.toString() === "tag" ? { tag: value.toString() } : { all: true } as const;
  return { id: id.toString(), selector };
}

/** Ids are `milliseconds-sequence`, both of any length; an empty one is before all others. */
function isBefore(a: string, b: string): boolean {
  if (a === b || b === "") return false;
  const [aTime = 0, aNumber = 0] = a.split("-").map(Number);
  const [bTime = 0, bNumber = 0] = b.split("-").map(Number);
  return aTime < bTime || (aTime === bTime && aNumber < bNumber);
}
