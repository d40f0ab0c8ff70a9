import { Admission } from "./admission.ts";
import { ComputeError, deadlineError } from "./errors.ts";
import { type Job, type JobResult, sizeOf } from "./job.ts";
import { Pipeline, type PipelineOptions } from "./pipeline.ts";
import type { Compute, ComputeStatus, RunOptions } from "./pool.ts";
import { Turns } from "./turns.ts";

/** How in-process compute is built. */
export interface InProcessOptions {
  /** What to run. */
  readonly pipeline: PipelineOptions;
  /** The model that is opened at the start. */
  readonly model: string;
  /** The most jobs that wait. */
  readonly queueLimit: number;
  /** The most bytes of the encoded pictures of admitted jobs. */
  readonly maxBytes: number;
  /** Milliseconds that a job may run: it is refused before its next stage. */
  readonly deadline: number;
}

/**
 * Jobs in the caller's own thread, one at a time: for places without `Worker`. The thread answers
 * nothing else while a stage runs, and a stage cannot be killed: deadlines are seen in between.
 */
export class InProcessCompute implements Compute {
  readonly #pipeline: Pipeline;
  readonly #admission: Admission;
  readonly #deadline: number;
  readonly #turns = new Turns();
  #closed = false;

  private constructor(options: InProcessOptions) {
    this.#pipeline = new Pipeline(options.pipeline);
    const { queueLimit, maxBytes, deadline } = options;
    this.#deadline = deadline;
    this.#admission = new Admission({ slots: 1, queueLimit, maxBytes });
  }

  /**
   * Opens the model.
   *
   * @param options What to run, and the bounds.
   * @returns The compute.
   * @throws {AdainError} If the model cannot be opened.
   */
  static async start(options: InProcessOptions): Promise<InProcessCompute> {
    const compute = new InProcessCompute(options);
    await compute.#pipeline.open(options.model);
    return compute;
  }

  async run<J extends Job>(job: J, options: RunOptions = {}): Promise<JobResult<J>> {
    if (this.#closed) throw new ComputeError("closed", "Cannot take work: compute is closed");
    const { deadline = this.#deadline, signal = new AbortController().signal } = options;
    const leave = this.#admission.enter(sizeOf(job));
    try {
      await this.#turns.take(signal);
    } catch (error) {
      leave();
      throw error;
    }
    const start = performance.now();
    try {
      return await this.#runNow(job, { deadline, signal });
    } finally {
      leave(performance.now() - start);
      this.#turns.pass();
    }
  }

  status(): ComputeStatus {
    const { taken, waiting } = this.#turns;
    return { ready: this.#closed ? 0 : 1, running: taken ? 1 : 0, waiting, replaced: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#turns.refuse(new ComputeError("closed", "Compute was closed"));
    await this.#turns.take();
    await this.#pipeline.close();
    this.#turns.pass();
  }

  async #runNow<J extends Job>(
    job: J,
    { deadline, signal }: { readonly deadline: number; readonly signal: AbortSignal },
  ): Promise<JobResult<J>> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), deadline);
    try {
      return await this.#pipeline.run(job, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      throw late.signal.aborted ? deadlineError(deadline) : error;
    } finally {
      clearTimeout(timer);
    }
  }
}
