import { ComputeError } from "../compute/mod.ts";

/** Seconds after which a place is likely: most sources answer in less. */
const RETRY_AFTER = 5;

interface Waiting {
  readonly host: string;
  readonly start: () => void;
}

/** Bounds of a {@linkcode Places}. */
export interface PlacesOptions {
  /** Work that may go on at once. */
  readonly count: number;
  /** Work that may wait. */
  readonly maxWaiting: number;
  /** The part of both that one host may have, above 0, up to 1. */
  readonly hostShare: number;
}

/** How many places are in use. */
export interface PlacesStatus {
  /** Work under way. */
  readonly running: number;
  /** Work that waits. */
  readonly waiting: number;
}

/**
 * Bounds how much work goes on at once, and how much waits for it. One host has at most its share
 * of the places and of the queue, so that a slow one leaves the rest to the others.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #running = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #busy = 0;

  /** @param options The bounds. */
  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** @returns What goes on now. */
  status(): PlacesStatus {
    return { running: this.#busy, waiting: this.#waiting.length };
  }

  /**
   * Does work as soon as there is a place.
   *
   * @param host Whose work it is.
   * @param work The work.
   * @param signal Ends the waiting; the work has to look at it by itself.
   * @returns Its result.
   * @throws {ComputeError} `queue_full`; or the signal's reason, or what the work throws.
   */
  async run<T>(host: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#isFree(host)) this.#take(host);
    else await this.#wait(host, signal);
    try {
      return await work();
    } finally {
      this.#leave(host);
    }
  }

  #isFree(host: string): boolean {
    const { count } = this.#options;
    const own = this.#running.get(host) ?? 0;
    return this.#busy < count && own < this.#shareOf(count);
  }

  #take(host: string): void {
    this.#busy++;
    this.#running.set(host, (this.#running.get(host) ?? 0) + 1);
  }

  #leave(host: string): void {
    this.#busy--;
    const left = (this.#running.get(host) ?? 0) - 1;
    if (left > 0) this.#running.set(host, left);
    else this.#running.delete(host);
    // At most one can start: there is one place more, and one more for this host.
    const next = this.#waiting.findIndex((waiting) => this.#isFree(waiting.host));
    if (next >= 0) this.#waiting.splice(next, 1)[0]?.start();
  }

  async #wait(host: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#assertRoom(host);
    const place = Promise.withResolvers<void>();
    const start = (): void => {
      this.#take(host);
      place.resolve();
    };
    const leave = (): void => {
      const at = this.#waiting.findIndex((waiting) => waiting.start === start);
      if (at >= 0) this.#waiting.splice(at, 1);
      place.reject(signal.reason);
    };
    signal.addEventListener("abort", leave);
    this.#waiting.push({ host, start });
    await place.promise.finally(() => signal.removeEventListener("abort", leave));
  }

  #assertRoom(host: string): void {
    const { maxWaiting } = this.#options;
    const all = this.#waiting.length;
    const own = this.#waiting.filter((waiting) => waiting.host === host).length;
    if (all < maxWaiting && own < this.#shareOf(maxWaiting)) return;
    const text = all < maxWaiting ? `${own} sources of ${host}` : `${all} sources`;
    throw new ComputeError("queue_full", `Cannot take more work: ${text} wait to be fetched`, {
      retryAfter: RETRY_AFTER,
    });
  }

  #shareOf(places: number): number {
    return Math.ceil(this.#options.hostShare * places);
  }
}
