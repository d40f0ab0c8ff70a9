import { TimeLimit } from "./time_limit.ts";

/** Milliseconds of a transfer until its server is looked for. */
const LOOK_MS = 100;
/** How long there is none after one that was late, in limits. */
const REST = 5;

/**
 * Bounds how long transfers may take, which is too long to wait for a server that hangs: that is
 * looked for meanwhile. After one that was late there are none for some time, so that a line that is
 * too slow for them does not hold up every picture.
 */
export class RedisTransfers {
  readonly #milliseconds: number;
  readonly #limit: TimeLimit;
  readonly #look: (key: string) => void;
  #underWay = 0;
  #restUntil = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param milliseconds How long each may take.
   * @param look Looks for the server that has a key, once for all that begin within 100 ms, unless
   *   none is under way by then. Must not throw.
   */
  constructor(milliseconds: number, look: (key: string) => void) {
    this.#milliseconds = milliseconds;
    this.#limit = new TimeLimit(milliseconds);
    this.#look = look;
  }

  /** Whether one was late a short time ago: none should begin. */
  get rest(): boolean {
    return performance.now() < this.#restUntil;
  }

  /**
   * Waits for a transfer, for a limited time.
   *
   * @param key What is transferred.
   * @param transfer What to wait for. It goes on when the time is over.
   * @returns Its result.
   * @throws {Error} If the time is over.
   */
  async wait<T>(key: string, transfer: Promise<T>): Promise<T> {
    const start = performance.now();
    this.#underWay++;
    this.#timer ??= setTimeout(() => this.#lookFor(key), LOOK_MS);
    try {
      return await this.#limit.wait(transfer);
    } catch (error) {
      const now = performance.now();
      if (now - start >= this.#milliseconds) this.#restUntil = now + REST * this.#milliseconds;
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  /** Ends the timers. */
  stop(): void {
    this.#limit.stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookFor(key: string): void {
    this.#timer = undefined;
    if (this.#underWay > 0) this.#look(key);
  }
}
