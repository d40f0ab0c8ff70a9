import { nextTurn } from "../adain/mod.ts";
import { ComputeError } from "./errors.ts";
import type { Stage, StageTimes } from "./job.ts";

/** Times stages and lets an abort in between them. */
export class StageClock {
  /** Stops the job before its next stage. */
  readonly signal: AbortSignal;
  readonly #times: Partial<Record<Stage, number>> = {};

  /** @param signal Stops the job. */
  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  /** Milliseconds per stage so far; a stage that ran several times counts in sum. */
  get times(): StageTimes {
    return this.#times;
  }

  /**
   * Runs one stage.
   *
   * @param stage Its name.
   * @param task The work.
   * @returns What the work gave.
   * @throws {ComputeError} `aborted`.
   */
  async time<T>(stage: Stage, task: () => T | Promise<T>): Promise<T> {
    await nextTurn();
    if (this.signal.aborted) throw new ComputeError("aborted", `Stopped at ${stage}`);
    const start = performance.now();
    const result = await task();
    this.#times[stage] = (this.#times[stage] ?? 0) + performance.now() - start;
    return result;
  }
}
