/** Takes a line about a change of state. */
export type StateLines = (level: "info" | "warn", message: string) => void;

/** Tells the log about failure and recovery once each, however many requests meet the failure. */
export class StateLog {
  readonly #name: string;
  readonly #log: StateLines;
  #detail = "";

  /**
   * @param name What works or fails, for the log.
   * @param log Takes the lines.
   */
  constructor(name: string, log: StateLines) {
    this.#name = name;
    this.#log = log;
  }

  /** Why it does not work, else an empty string. */
  get detail(): string {
    return this.#detail;
  }

  /** @param error Why it does not work from now on. */
  failed(error: unknown): void {
    const first = this.#detail === "";
    this.#detail = `${this.#name}: ${messageOf(error)}`;
    if (first) this.#log("warn", `${this.#detail}; going on without it`);
  }

  /** It works from now on. */
  works(): void {
    if (this.#detail === "") return;
    this.#detail = "";
    this.#log("info", `${this.#name} works again`);
  }
}

/**
 * @param error Anything thrown.
 * @returns A sentence about it, never empty.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error) || "failed";
  return error.message || error.name;
}
