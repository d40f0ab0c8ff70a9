import { digestOf } from "./_digest.ts";
import type { RedisReply } from "./redis_connection.ts";
import type { RedisLink } from "./redis_link.ts";

/** Milliseconds that a lease outlives an instance that died. */
const LIFE_MS = 5000;
/** Milliseconds between looks at a lease of another instance: at first, and at most. */
const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 500;

/** A lease is made anew where Redis has lost it, and left alone where it is another's by now. */
const RENEW = `
  local owner = redis.call("get", KEYS[1])
  if owner == ARGV[1] or not owner then
    return redis.call("set", KEYS[1], ARGV[1], "PX", ARGV[2])
  end
  return false`;
const RELEASE = `
  if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end
  return 0`;

/** Settings of a {@linkcode RedisLease}. */
export interface RedisLeaseOptions {
  /** Milliseconds that a lease outlives an instance that died; renewed after a third. Default: 5000. */
  readonly life?: number;
}

/**
 * How work of another instance ended for one that waits: `finished`, `free` (given up, or its
 * instance died), or `unavailable`, as nobody knows while Redis is away.
 */
export type LeaseOutcome = "finished" | "free" | "unavailable";

/** The exclusive right to do a piece of work, renewed until it is released. */
export interface HeldLease {
  /**
   * Gives the right back and tells the instances that wait.
   *
   * @param outcome `finished` if there is nothing more to do, `free` if another one should do it.
   */
  release(outcome: "finished" | "free"): Promise<void>;
}

/** Gives pieces of work to one instance of the fleet at a time. Nothing here rejects. */
export class RedisLease {
  readonly #link: RedisLink;
  readonly #life: number;
  readonly #waiters = new Map<string, Set<(outcome: LeaseOutcome) => void>>();

  /**
   * @param link The way to Redis.
   * @param options Times.
   */
  constructor(link: RedisLink, options: RedisLeaseOptions = {}) {
    this.#link = link;
    this.#life = options.life ?? LIFE_MS;
    link.listen("lease", (text) => this.#hear(text));
  }

  /**
   * Takes the lease of a piece of work.
   *
   * @param key Which work, an opaque string.
   * @returns The lease; `taken` while another instance has it; `unavailable` while Redis is away.
   */
  async acquire(key: string): Promise<HeldLease | "taken" | "unavailable"> {
    const name = this.#nameOf(key);
    const token = crypto.randomUUID();
    const words = ["SET", name, token, "NX", "PX", String(this.#life)];
    const reply = await this.#ask(name, words);
    if (reply === undefined) return "unavailable";
    return reply === null ? "taken" : this.#hold(name, token);
  }

  /**
   * Waits while another instance has the lease.
   *
   * @param key Which work.
   * @param signal Ends the wait.
   * @returns How it ended.
   * @throws The signal's reason.
   */
  async wait(key: string, signal: AbortSignal): Promise<LeaseOutcome> {
    const name = this.#nameOf(key);
    const told = Promise.withResolvers<LeaseOutcome>();
    const leave = this.#join(name, told.resolve);
    try {
      for (let pause = FIRST_LOOK_MS;; pause = Math.min(2 * pause, LAST_LOOK_MS)) {
        const exists = await this.#ask(name, ["EXISTS", name]);
        if (exists === undefined) return "unavailable";
        // A lease that is gone may have been released just now: the message then says how.
        const outcome = await within(pause, told.promise, signal);
        if (outcome !== undefined) return outcome;
        if (exists === 0) return "free";
      }
    } finally {
      leave();
    }
  }

  #hold(name: string, token: string): HeldLease {
    const renew = ["EVAL", RENEW, "1", name, token, String(this.#life)];
    const timer = setInterval(() => void this.#ask(name, renew), this.#life / 3);
    return {
      release: async (outcome) => {
        clearInterval(timer);
        await this.#ask(name, ["EVAL", RELEASE, "1", name, token]);
        // Who does not hear it sees the lease gone.
        await this.#link.publish("lease", `${outcome} ${name}`).catch(() => {});
      },
    };
  }

  #join(name: string, waiter: (outcome: LeaseOutcome) => void): () => void {
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters.add(waiter));
    return () => {
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiters.get(name) === waiters) this.#waiters.delete(name);
    };
  }

  #hear(text: string): void {
    const outcome = text.startsWith("finished ") ? "finished" : "free";
    for (const waiter of this.#waiters.get(text.slice(outcome.length + 1)) ?? []) waiter(outcome);
  }

  #nameOf(key: string): string {
    return `${this.#link.prefix}lease:${digestOf(key)}`;
  }

  /** Nothing where Redis gives no answer or a refusal. */
  async #ask(name: string, words: readonly string[]): Promise<RedisReply | undefined> {
    try {
      return await this.#link.command(name, words);
    } catch {
      return undefined;
    }
  }
}

async function within<T>(
  limit: number,
  event: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  signal.throwIfAborted();
  const end = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => end.resolve(undefined), limit);
  const stop = (): void => end.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([event, end.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
