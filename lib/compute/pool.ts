import { Admission } from "./admission.ts";
import { ComputeError, fromWire } from "./errors.ts";
import type { Job, JobResult } from "./job.ts";
import type { PipelineOptions } from "./pipeline.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/** Does jobs, wherever that is. */
export interface Compute {
  /**
   * Does one job.
   *
   * @param job The job.
   * @param options Signal of the caller, and the bytes that the job will hold.
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
  /** The caller is gone: a waiting job leaves, a running one stops after its stage. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes that the job will hold when decoded; its source's length where not known. */
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
  /** The most bytes of admitted jobs. */
  readonly maxBytes: number;
  /** Milliseconds that a job may run before its worker is killed. */
  readonly deadline: number;
  /** The worker's module; tests give their own. */
  readonly workerUrl?: URL;
}

interface Task {
  readonly id: number;
  readonly job: Job;
  readonly resolve: (result: JobResult<Job>) => void;
  readonly reject: (error: Error) => void;
  /** When a worker took it; absent while it waits. */
  started?: number;
}

interface Slot {
  readonly worker: Worker;
  ready: boolean;
  task?: Task;
  timer?: ReturnType<typeof setTimeout>;
  /** The content that it encoded last. */
  content?: string | undefined;
}

/** Workers in a row started without success before the pool stops trying at once. */
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
    const { signal } = options;
    if (signal?.aborted) throw new ComputeError("aborted", "The caller left before the job");
    const leave = this.#admission.enter(options.bytes ?? job.source.length);
    const { promise, resolve, reject } = Promise.withResolvers<JobResult<Job>>();
    const task: Task = { id: this.#nextId++, job, resolve, reject };
    const abort = (): void => this.#abort(task);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#waiting.push(task);
      this.#dispatch();
      // The worker answers a job with the result of its kind.
      return await promise as JobResult<J>;
    } finally {
      signal?.removeEventListener("abort", abort);
      leave(task.started === undefined ? undefined : performance.now() - task.started);
    }
  }

  status(): ComputeStatus {
    const slots = [...this.#slots];
    return {
      ready: slots.filter((slot) => slot.ready).length,
      running: slots.filter((slot) => slot.task).length,
      waiting: this.#waiting.length,
      replaced: this.#replaced,
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    const error = new ComputeError("closed", "The pool was closed");
    for (const task of this.#waiting.splice(0)) task.reject(error);
    for (const slot of this.#slots) this.#discard(slot, error);
    return Promise.resolve();
  }

  #spawn(): void {
    if (this.#closed) return;
    const url = this.#options.workerUrl ?? new URL("./worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    const slot: Slot = { worker, ready: false };
    this.#slots.add(slot);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(slot, data);
    worker.onerror = (event) => {
      // Without this an error in a worker ends the whole process.
      event.preventDefault();
      this.#replace(slot, new ComputeError("worker_failed", `A worker died: ${event.message}`));
    };
    const { pipeline, model } = this.#options;
    post(worker, { type: "open", options: pipeline, model });
  }

  #receive(slot: Slot, message: FromWorker): void {
    switch (message.type) {
      case "ready":
        slot.ready = true;
        this.#started.resolve();
        break;
      case "failed":
        return this.#replace(slot, fromWire(message.error));
      case "done":
        this.#finish(slot, message.id)?.resolve(message.result);
        break;
      case "error":
        this.#finish(slot, message.id)?.reject(fromWire(message.error));
        break;
    }
    this.#dispatch();
  }

  #finish(slot: Slot, id: number): Task | undefined {
    const { task } = slot;
    if (task?.id !== id) return undefined;
    clearTimeout(slot.timer);
    delete slot.task;
    return task;
  }

  #dispatch(): void {
    const idle = new Set([...this.#slots].filter((slot) => slot.ready && !slot.task));
    while (idle.size > 0) {
      const task = this.#waiting.shift();
      if (!task) return;
      const slot = choose(idle, task.job);
      idle.delete(slot);
      this.#start(slot, task);
    }
  }

  #start(slot: Slot, task: Task): void {
    slot.task = task;
    slot.content = contentOf(task.job);
    task.started = performance.now();
    slot.timer = setTimeout(() => {
      const text = `The job ran longer than ${this.#options.deadline} ms`;
      this.#replace(slot, new ComputeError("deadline", text));
    }, this.#options.deadline);
    post(slot.worker, { type: "run", id: task.id, job: task.job });
  }

  #abort(task: Task): void {
    const place = this.#waiting.indexOf(task);
    if (place >= 0) this.#waiting.splice(place, 1);
    for (const slot of this.#slots) {
      if (slot.task === task) post(slot.worker, { type: "abort", id: task.id });
    }
    task.reject(new ComputeError("aborted", "The caller left"));
  }

  /** Kills a worker with its job and starts another in its place. */
  #replace(slot: Slot, error: Error): void {
    if (!this.#slots.has(slot)) return;
    const wasReady = slot.ready;
    this.#discard(slot, error);
    this.#started.reject(error);
    this.#replaced++;
    if (this.#closed) return;
    if (wasReady) return this.#spawn();
    // A worker that never got ready would fail again at once.
    this.#restart = setTimeout(() => this.#spawn(), RESTART_DELAY);
  }

  #discard(slot: Slot, error: Error): void {
    this.#slots.delete(slot);
    clearTimeout(slot.timer);
    slot.worker.terminate();
    slot.task?.reject(error);
  }
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}

/** A worker that encoded the content before needs not do it again. */
function choose(idle: ReadonlySet<Slot>, job: Job): Slot {
  const [first, ...others] = idle;
  if (!first) throw new RangeError("no worker is idle");
  const content = contentOf(job);
  if (content === undefined) return first;
  return [first, ...others].find((slot) => slot.content === content) ?? first;
}

function contentOf(job: Job): string | undefined {
  return "contentKey" in job ? job.contentKey : undefined;
}
