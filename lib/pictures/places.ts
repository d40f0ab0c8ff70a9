import { ComputeError } from "../compute/mod.ts";

/** Seconds after which a place is likely: most sources answer in less. */
const RETRY_AFTER = 5;

/** Bounds how much work goes on at once, and how much waits for it. */
export class Places {
  readonly #waiting: (() => void)[] = [];
  readonly #maxWaiting: number;
  #free: number;

  /**
   * @param count Work that may go on at once.
   * @param maxWaiting Work that may wait.
   */
  constructor(count: number, maxWaiting: number) {
    this.#free = count;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Does work as soon as there is a place.
   *
   * @param work The work.
   * @param signal Ends the waiting; the work has to look at it by itself.
   * @returns Its result.
   * @throws {ComputeError} `queue_full`; or the signal's reason, or what the work throws.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length >= this.#maxWaiting) {
      const text = `Cannot take more work: ${this.#maxWaiting} sources wait to be fetched`;
      throw new ComputeError("queue_full", text, { retryAfter: RETRY_AFTER });
    }
    const place = Promise.withResolvers<void>();
    const leave = (): void => {
      const at = this.#waiting.indexOf(place.resolve);
      if (at >= 0) this.#waiting.splice(at, 1);
      place.reject(signal.reason);
    };
    signal.addEventListener("abort", leave);
    this.#waiting.push(place.resolve);
    await place.promise.finally(() => signal.removeEventListener("abort", leave));
  }
}
