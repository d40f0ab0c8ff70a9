/** Milliseconds in which an answer that is there is read: turns of the event loop, some more when busy. */
const READING = 10;

interface Wait {
  readonly ends: number;
  /** Absent: the work is over. */
  giveUp?: ((error: Error) => void) | undefined;
}

/** Bounds how long many pieces of work may take, with one timer: one for each would cost more. */
export class TimeLimit {
  readonly #milliseconds: number;
  /** In the order of their ends, as all of them may take equally long. */
  #waits: Wait[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param milliseconds How long each may take. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /**
   * Waits for work, for a limited time.
   *
   * @param work What to wait for. It goes on when the time is over.
   * @returns Its result.
   * @throws {Error} If the time is over.
   */
  async wait<T>(work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const wait: Wait = { ends: performance.now() + this.#milliseconds, giveUp: late.reject };
    this.#waits.push(wait);
    this.#timer ??= setTimeout(() => this.#lookSoon(), this.#milliseconds);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      wait.giveUp = undefined;
    }
  }

  /** Ends the timer. What is waited for then may take any time. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waits = [];
  }

  /** Where this thread was busy for long, what is there by now is read first. */
  #lookSoon(): void {
    this.#timer = setTimeout(() => this.#look(), READING);
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const wait of this.#waits) {
      if (wait.ends <= now) wait.giveUp?.(new Error(`no answer in ${this.#milliseconds} ms`));
    }
    this.#waits = this.#waits.filter(({ ends, giveUp }) => ends > now && giveUp !== undefined);
    const next = this.#waits[0];
    if (next) this.#timer = setTimeout(() => this.#lookSoon(), next.ends - now);
  }
}
