import { Admission } from "./admission.ts";
import { ComputeError } from "./errors.ts";
import { type Job, type JobResult, sizeOf } from "./job.ts";
import type { PipelineOptions } from "./pipeline.ts";
import { contentOf, Slot, type Task } from "./slot.ts";

/** Does jobs, wherever that is. */
export interface Compute {
  /**
   * Does one job.
   *
   * @param job The job.
   * @param options Signal of the caller, and the bytes that the job holds while it runs.
   * @returns The job's result.
   */
  run<J extends Job>(job: J, options?: RunOptions): Promise<JobResult<J>>;
  /** What is going on. */
  status(): ComputeStatus;
  /** Ends all work; jobs that wait are refused. */
  close(): Promise<void>;
}

/** How one job is run. */
export interface RunOptions {
  /** Milliseconds that it may run. Default: as all jobs. */
  readonly deadline?: number | undefined;
  /** The caller is gone: a waiting job leaves, a running one stops after its stage. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes that the job holds while it runs, decoded pixels included. Default: those of its pictures. */
  readonly bytes?: number;
}

/** What a compute pool is doing. */
export interface ComputeStatus {
  /** Workers that can take a job, busy or not. */
  readonly ready: number;
  /** Jobs under way. */
  readonly running: number;
  /** Jobs that wait. */
  readonly waiting: number;
  /** Workers that were killed and replaced since the start. */
  readonly replaced: number;
}

/** How a pool is built. */
export interface PoolOptions {
  /** What each worker runs. */
  readonly pipeline: PipelineOptions;
  /** The model that each worker opens before it is ready. */
  readonly model: string;
  /** Number of workers, at least 1. */
  readonly workers: number;
  /** The most jobs that wait. */
  readonly queueLimit: number;
  /** The most bytes of the encoded pictures of admitted jobs, and of what running jobs hold. */
  readonly maxBytes: number;
  /** Milliseconds that a job may run: then it is refused, and its worker told to stop. */
  readonly deadline: number;
  /**
   * Milliseconds that a worker then has to answer before it is killed and replaced. Default: as
   * many as the deadline, at least 5 seconds.
   */
  readonly grace?: number;
  /** The worker's module; tests give their own. */
  readonly workerUrl?: URL;
}

/** The least grace where none is given, in milliseconds: a stage of a large picture takes seconds. */
const LEAST_GRACE = 5_000;

/** Milliseconds before another worker is started in the place of one that never got ready. */
const RESTART_DELAY = 1_000;

/** Jobs on a fixed number of workers behind a bounded queue. */
export class WorkerPool implements Compute {
  readonly #options: PoolOptions;
  readonly #admission: Admission;
  readonly #slots = new Set<Slot>();
  readonly #waiting: Task[] = [];
  readonly #started = Promise.withResolvers<void>();
  #nextId = 1;
  #replaced = 0;
  #closed = false;
  #restart: ReturnType<typeof setTimeout> | undefined;

  private constructor(options: PoolOptions) {
    this.#options = options;
    const { workers: slots, queueLimit, maxBytes } = options;
    this.#admission = new Admission({ slots, queueLimit, maxBytes });
  }

  /**
   * Starts the workers.
   *
   * @param options The pool's shape.
   * @returns The pool, when the first worker is ready.
   * @throws {AdainError} If the model cannot be opened.
   */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    for (let i = 0; i < options.workers; i++) pool.#spawn();
    try {
      await pool.#started.promise;
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  async run<J extends Job>(job: J, options: RunOptions = {}): Promise<JobResult<J>> {
    if (this.#closed) throw new ComputeError("closed", "Cannot take work: the pool is closed");
    const { deadline = this.#options.deadline, signal } = options;
    if (signal?.aborted) throw new ComputeError("aborted", "The caller left before the job");
    const size = sizeOf(job);
    const leave = this.#admission.enter(size);
    const { promise, resolve, reject } = Promise.withResolvers<JobResult<Job>>();
    const { bytes = size } = options;
    const task: Task = { id: this.#nextId++, job, bytes, deadline, resolve, reject, leave };
    const abort = (): void => this.#abort(task);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#waiting.push(task);
      this.#dispatch();
      // The worker answers a job with the result of its kind.
      return await promise as JobResult<J>;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  status(): ComputeStatus {
    const slots = [...this.#slots];
    return {
      ready: slots.filter((slot) => slot.ready).length,
      running: slots.filter((slot) => slot.busy).length,
      waiting: this.#waiting.length,
      replaced: this.#replaced,
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    const error = new ComputeError("closed", "The pool was closed");
    for (const task of this.#waiting.splice(0)) {
      task.leave();
      task.reject(error);
    }
    for (const slot of this.#slots) slot.close(error);
    this.#slots.clear();
    return Promise.resolve();
  }

  #spawn(): void {
    if (this.#closed) return;
    const { pipeline, model, deadline } = this.#options;
    const slot = new Slot({
      workerUrl: this.#options.workerUrl ?? new URL("./worker.ts", import.meta.url),
      pipeline,
      model,
      grace: this.#options.grace ?? Math.max(deadline, LEAST_GRACE),
      onIdle: () => {
        this.#started.resolve();
        this.#dispatch();
      },
      onLost: (error) => this.#replace(slot, error),
    });
    this.#slots.add(slot);
  }

  #dispatch(): void {
    const idle = new Set([...this.#slots].filter((slot) => slot.ready && !slot.busy));
    while (idle.size > 0) {
      const [task] = this.#waiting;
      if (!task || !this.#fits(task)) return;
      this.#waiting.shift();
      const slot = choose(idle, task.job);
      idle.delete(slot);
      slot.start(task);
    }
  }

  /** A job that holds too much beside those that run waits for their end; alone, any may run. */
  #fits({ bytes }: Task): boolean {
    const held = [...this.#slots].reduce((sum, slot) => sum + slot.bytes, 0);
    return held === 0 || held + bytes <= this.#options.maxBytes;
  }

  #abort(task: Task): void {
    const place = this.#waiting.indexOf(task);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      task.leave();
      this.#dispatch();
    }
    for (const slot of this.#slots) slot.abort(task);
    task.reject(new ComputeError("aborted", "The caller left"));
  }

  /** Starts another worker in the place of one that was lost. */
  #replace(slot: Slot, error: Error): void {
    if (!this.#slots.delete(slot)) return;
    this.#started.reject(error);
    this.#replaced++;
    if (slot.ready) return this.#spawn();
    // A worker that never got ready would fail again at once.
    this.#restart = setTimeout(() => this.#spawn(), RESTART_DELAY);
  }
}

/** A worker that encoded the content before needs not do it again. */
function choose(idle: ReadonlySet<Slot>, job: Job): Slot {
  const [first, ...others] = idle;
  if (!first) throw new RangeError("no worker is idle");
  const content = contentOf(job);
  if (content === undefined) return first;
  return [first, ...others].find((slot) => slot.content === content) ?? first;
}
