import {
  type FlightStatus,
  localSingleFlight,
  type SingleFlight,
  type Work,
} from "../single_flight.ts";
import type { HeldLease, RedisLease } from "./redis_lease.ts";
import type { CacheEntry } from "./types.ts";

/** Settings of {@linkcode fleetSingleFlight}. */
export interface FleetSingleFlightOptions<T> {
  /** Who in the fleet works on what. */
  readonly lease: RedisLease;
  /**
   * Looks for what another instance has made meanwhile.
   *
   * @param key The key given to `run`.
   * @returns The value, or nothing where it is missing or to be made anew. Never rejects.
   */
  readonly read: (key: string) => Promise<T | undefined>;
}

/**
 * Makes a single flight for all callers in all instances that share a Redis: one computes, the
 * others wait and read what it put into the result cache. Work that an instance gave up, or died
 * of, is taken over. Work that ended without a result in the cache (it failed, or the cache took
 * nothing) is done by each instance that waited, at once and not in turn. While Redis is away every
 * process works for itself.
 *
 * @param options The lease and the way to read results.
 * @returns The single flight.
 */
export function fleetSingleFlight<T = CacheEntry>(
  options: FleetSingleFlightOptions<T>,
): SingleFlight<T> {
  return new FleetSingleFlight<T>(options);
}

class FleetSingleFlight<T> implements SingleFlight<T> {
  readonly #local: SingleFlight<T> = localSingleFlight<T>();
  readonly #options: FleetSingleFlightOptions<T>;
  #elsewhere = 0;

  constructor(options: FleetSingleFlightOptions<T>) {
    this.#options = options;
  }

  run(key: string, work: Work<T>, signal: AbortSignal): Promise<T> {
    return this.#local.run(key, (last) => this.#share(key, work, last), signal);
  }

  async #share(key: string, work: Work<T>, signal: AbortSignal): Promise<T> {
    const { lease, read } = this.#options;
    while (true) {
      const held = await lease.acquire(key);
      if (held === "unavailable") return await work(signal);
      if (held !== "taken") return await this.#lead(held, key, { work, signal });
      const outcome = await lease.wait(key, signal);
      const found = await read(key);
      if (found !== undefined) return this.#take(found);
      if (outcome !== "free") return await work(signal);
    }
  }

  async #lead(
    held: HeldLease,
    key: string,
    { work, signal }: { work: Work<T>; signal: AbortSignal },
  ): Promise<T> {
    let finished = true;
    try {
      // Another instance may have finished between the caller's look into the cache and the lease.
      const found = await this.#options.read(key);
      if (found !== undefined) return this.#take(found);
      signal.throwIfAborted();
      return await work(signal);
    } catch (error) {
      finished = !signal.aborted;
      throw error;
    } finally {
      await held.release(finished ? "finished" : "free");
    }
  }

  #take(found: T): T {
    this.#elsewhere++;
    return found;
  }

  status(): FlightStatus {
    return { ...this.#local.status(), elsewhere: this.#elsewhere };
  }
}
