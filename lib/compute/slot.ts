import { ComputeError, deadlineError, fromWire } from "./errors.ts";
import type { Job, JobResult } from "./job.ts";
import type { PipelineOptions } from "./pipeline.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/** A job and who waits for it. */
export interface Task {
  /** Names it between the pool and its workers. */
  readonly id: number;
  /** The job. */
  readonly job: Job;
  /** Bytes that it holds while it runs. */
  readonly bytes: number;
  /** Milliseconds after which it is given up. */
  readonly deadline: number;
  /** Gives its result to who waits. */
  readonly resolve: (result: JobResult<Job>) => void;
  /** Tells who waits that there is none; after the first word to them this does nothing. */
  readonly reject: (error: Error) => void;
  /** Frees its place, once nothing holds the job any more; takes the milliseconds that it ran. */
  readonly leave: (ran?: number) => void;
}

/** How a slot is built. */
export interface SlotOptions {
  /** The worker's module. */
  readonly workerUrl: URL;
  /** What the worker runs. */
  readonly pipeline: PipelineOptions;
  /** The model that it opens before it is ready. */
  readonly model: string;
  /** Milliseconds that the worker has to stop, once a job is given up. */
  readonly grace: number;
  /** Told when the slot can take a job. */
  readonly onIdle: () => void;
  /** Told when the worker is lost: the slot is of no use any more, and its job was refused. */
  readonly onLost: (error: Error) => void;
}

/** A worker's place: one job at a time, until the worker has answered, whoever still waits for it. */
export class Slot {
  readonly #options: SlotOptions;
  readonly #worker: Worker;
  #ready = false;
  #task: Task | undefined;
  #started = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #content: string | undefined;

  /** @param options The worker, and who is told of it. */
  constructor(options: SlotOptions) {
    this.#options = options;
    this.#worker = new Worker(options.workerUrl, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      // Without this an error in a worker ends the whole process.
      event.preventDefault();
      this.#lose(new ComputeError("worker_failed", `A worker died: ${event.message}`));
    };
    this.#post({ type: "open", options: options.pipeline, model: options.model });
  }

  /** Whether the model is open. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Whether a job is under way, even one that nobody waits for any more. */
  get busy(): boolean {
    return this.#task !== undefined;
  }

  /** Bytes that the job under way holds, else 0. */
  get bytes(): number {
    return this.#task?.bytes ?? 0;
  }

  /** The content that it encoded last. */
  get content(): string | undefined {
    return this.#content;
  }

  /**
   * Runs a job.
   *
   * @param task The job; the slot is ready and not busy.
   */
  start(task: Task): void {
    this.#task = task;
    this.#content = contentOf(task.job);
    this.#started = performance.now();
    this.#timer = setTimeout(() => this.#giveUp(task), task.deadline);
    this.#post({ type: "run", id: task.id, job: task.job });
  }

  /**
   * Tells the worker to stop after its stage, if it has this job.
   *
   * @param task The job.
   */
  abort(task: Task): void {
    if (this.#task === task) this.#post({ type: "abort", id: task.id });
  }

  /**
   * Ends the worker.
   *
   * @param error What is told to who waits for its job.
   */
  close(error: Error): void {
    this.#worker.terminate();
    this.#end()?.reject(error);
  }

  /**
   * The worker is only told to stop at first: one that is terminated within a stage goes on to the
   * end of it, beside the worker that replaces it.
   */
  #giveUp(task: Task): void {
    const error = deadlineError(task.deadline);
    task.reject(error);
    this.abort(task);
    this.#timer = setTimeout(() => this.#lose(error), this.#options.grace);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "ready":
        this.#ready = true;
        break;
      case "failed":
        return this.#lose(fromWire(message.error));
      case "done":
        this.#finish(message.id)?.resolve(message.result);
        break;
      case "error":
        this.#finish(message.id)?.reject(fromWire(message.error));
        break;
    }
    this.#options.onIdle();
  }

  #finish(id: number): Task | undefined {
    return this.#task?.id === id ? this.#end() : undefined;
  }

  /** Takes the job off the worker, which holds it no more. */
  #end(): Task | undefined {
    clearTimeout(this.#timer);
    const task = this.#task;
    this.#task = undefined;
    task?.leave(performance.now() - this.#started);
    return task;
  }

  #lose(error: Error): void {
    this.close(error);
    this.#options.onLost(error);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

/**
 * @param job A job.
 * @returns The name of its content, if it has one.
 */
export function contentOf(job: Job): string | undefined {
  return "contentKey" in job ? job.contentKey : undefined;
}
