/** Tasks that may be late at once, each a probe that tells when the store is back. */
const MAX_LATE = 4;

/**
 * Bounds the time that a store may take. KV Connect repeats a request for ever while its server is
 * away; a caller shall hear of it, and a long failure shall not pile requests up.
 *
 * @example A store that never answers
 * ```ts
 * import { Patience } from "./patience.ts";
 * import assert from "node:assert/strict";
 *
 * const patience = new Patience(10);
 * await assert.rejects(patience.run(() => new Promise(() => {})), /10 ms/);
 * assert.equal(await patience.run(() => Promise.resolve(7)), 7);
 * ```
 */
export class Patience {
  readonly #milliseconds: number;
  #late = 0;

  /** @param milliseconds How long a task may take; `Infinity`: as long as it wants. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /**
   * Runs a task. It goes on when the time is over: what it writes may still be written.
   *
   * @param task The task.
   * @returns Its result.
   * @throws {Error} If it takes too long, or at once while several others do.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#milliseconds === Infinity) return await task();
    if (this.#late >= MAX_LATE) throw new Error(`${MAX_LATE} requests wait for the store`);
    const running = task();
    const { promise: tooLong, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#late++;
      const back = (): void => void this.#late--;
      running.then(back, back);
      reject(new Error(`The store took more than ${this.#milliseconds} ms`));
    }, this.#milliseconds);
    try {
      return await Promise.race([running, tooLong]);
    } finally {
      clearTimeout(timer);
    }
  }
}
