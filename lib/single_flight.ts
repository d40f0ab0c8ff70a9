/** Counts of a single flight, for metrics. */
export interface FlightStatus {
  /** Work under way now. */
  readonly running: number;
  /** Work begun since the start, failed or found to be done elsewhere included. */
  readonly started: number;
  /** Callers since the start that joined work under way instead of beginning their own. */
  readonly joined: number;
  /** Results since the start that another instance had made. */
  readonly elsewhere: number;
}

/** Lets callers that want the same thing at the same time share one piece of work. */
export interface SingleFlight<T> {
  /**
   * Computes a value, or joins the computation of the same key that is under way.
   *
   * @param key What is wanted, an opaque string.
   * @param work Makes the value. It must have put what is to be cached into the cache before it
   * resolves. Its signal aborts when nobody waits any more.
   * @param signal Ends this caller's wait. The others go on; the work is aborted with the last one.
   * @returns The value.
   * @throws The caller's abort reason, or whatever `work` throws, the same for all callers; a
   * failure is not remembered.
   */
  run(key: string, work: Work<T>, signal: AbortSignal): Promise<T>;
  /** @returns The counts now. */
  status(): FlightStatus;
}

/** Makes a value; `signal` aborts when nobody waits for it any more. */
export type Work<T> = (signal: AbortSignal) => Promise<T>;

interface Flight<T> {
  readonly work: Promise<T>;
  readonly controller: AbortController;
  callers: number;
}

/**
 * Makes a single flight for the callers in this process.
 *
 * @returns The single flight.
 *
 * @example Two callers, one computation
 * ```ts
 * import { localSingleFlight } from "./single_flight.ts";
 * import assert from "node:assert/strict";
 *
 * const flight = localSingleFlight<number>();
 * const { signal } = new AbortController();
 * let runs = 0;
 * const work = () => Promise.resolve(++runs);
 * const both = [flight.run("a", work, signal), flight.run("a", work, signal)];
 * assert.deepEqual(await Promise.all(both), [1, 1]);
 * ```
 */
export function localSingleFlight<T>(): SingleFlight<T> {
  return new LocalSingleFlight<T>();
}

class LocalSingleFlight<T> implements SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();
  #started = 0;
  #joined = 0;

  async run(key: string, work: Work<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    const flight = this.#join(key, work);
    try {
      return await Promise.race([flight.work, left.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      flight.callers--;
      if (flight.callers === 0) this.#end(key, flight, signal.reason);
    }
  }

  #join(key: string, begin: Work<T>): Flight<T> {
    const running = this.#flights.get(key);
    if (running !== undefined) {
      this.#joined++;
      running.callers++;
      return running;
    }
    this.#started++;
    const controller = new AbortController();
    const work = (async () => await begin(controller.signal))();
    const flight = { work, controller, callers: 1 };
    this.#flights.set(key, flight);
    // Also keeps a failure that comes after the last caller left from being a stray rejection.
    work.then(() => this.#forget(key, flight), () => this.#forget(key, flight));
    return flight;
  }

  #end(key: string, flight: Flight<T>, reason: unknown): void {
    const underWay = this.#forget(key, flight);
    if (underWay) flight.controller.abort(reason);
  }

  #forget(key: string, flight: Flight<T>): boolean {
    return this.#flights.get(key) === flight && this.#flights.delete(key);
  }

  status(): FlightStatus {
    const counts = { started: this.#started, joined: this.#joined, elsewhere: 0 };
    return { running: this.#flights.size, ...counts };
  }
}
