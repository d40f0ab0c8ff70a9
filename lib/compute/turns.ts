import { ComputeError } from "./errors.ts";

/** Lets one in at a time, in the order in which they came; those who wait may leave. */
export class Turns {
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #taken = false;

  /** Whether somebody has the turn. */
  get taken(): boolean {
    return this.#taken;
  }

  /** How many wait for it. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for the turn; {@linkcode pass} must be called after it.
   *
   * @param signal Leaves before the turn has come.
   * @throws {ComputeError} `aborted`, or what {@linkcode refuse} was given.
   */
  async take(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw leftError();
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    const turn = Promise.withResolvers<void>();
    const leave = (): void => {
      const place = this.#waiting.indexOf(turn);
      if (place >= 0) this.#waiting.splice(place, 1);
      turn.reject(leftError());
    };
    signal?.addEventListener("abort", leave, { once: true });
    this.#waiting.push(turn);
    try {
      await turn.promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  /** Passes the turn on to who came first. */
  pass(): void {
    const next = this.#waiting.shift();
    if (next) next.resolve();
    else this.#taken = false;
  }

  /**
   * Refuses all who wait.
   *
   * @param error What they are told.
   */
  refuse(error: Error): void {
    for (const turn of this.#waiting.splice(0)) turn.reject(error);
  }
}

function leftError(): ComputeError {
  return new ComputeError("aborted", "The caller left before the job");
}
