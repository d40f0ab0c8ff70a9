import { setImmediate } from "node:timers";
import type { RedisReply } from "./redis_connection.ts";
import type { RedisLink } from "./redis_link.ts";
import type { RedisPurges } from "./redis_purges.ts";

/**
 * Names in one question, more than are usual under load: those who wait for one need not wait for all
 * that an instance with an empty memory wants at once.
 */
const MAX_NAMES = 16;

/** What is asked with one question. */
interface Turn {
  readonly names: string[];
  readonly replies: Promise<RedisReply>;
}

/**
 * Reads entries: all that are wanted in one turn of the event loop with few questions, and with them
 * the purges. These are asked for last, so those that were written before an entry was read are then
 * known. In a cluster the entries are on several servers, and each is asked for by itself.
 */
export class RedisReads {
  readonly #link: RedisLink;
  readonly #purges: RedisPurges;
  #turn: Turn | undefined;

  /**
   * @param link The way to Redis.
   * @param purges Learns of purges.
   */
  constructor(link: RedisLink, purges: RedisPurges) {
    this.#link = link;
    this.#purges = purges;
  }

  /**
   * @param name Name of an entry in Redis.
   * @returns What is there; null: nothing.
   * @throws What the link throws.
   */
  async read(name: string): Promise<RedisReply> {
    if (this.#turn?.names.length === MAX_NAMES) this.#turn = undefined;
    const { names, replies } = this.#turn ??= this.#begin();
    if (this.#link.isCluster) {
      const [reply] = await Promise.all([this.#link.transfer(name, ["GET", name]), replies]);
      return reply;
    }
    const at = names.push(name) - 1;
    const all = await replies;
    return Array.isArray(all) ? all[at] : null;
  }

  #begin(): Turn {
    const names: string[] = [];
    const replies = new Promise<RedisReply>((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        resolve(this.#ask(names));
      });
    });
    return { names, replies };
  }

  async #ask(names: readonly string[]): Promise<RedisReply> {
    const [first] = names;
    const [replies] = await Promise.all([
      first === undefined ? null : this.#link.transfer(first, ["MGET", ...names]),
      this.#purges.sync("transfer"),
    ]);
    return replies;
  }
}
