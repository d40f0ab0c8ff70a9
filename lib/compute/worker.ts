import { toWire, type WireError } from "./errors.ts";
import type { Job, JobResult } from "./job.ts";
import { Pipeline, type PipelineOptions } from "./pipeline.ts";

/** What a compute worker is told. */
export type ToWorker =
  | { readonly type: "open"; readonly options: PipelineOptions; readonly model: string }
  | { readonly type: "run"; readonly id: number; readonly job: Job }
  | { readonly type: "abort"; readonly id: number };

/** What a compute worker answers. */
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly error: WireError }
  | { readonly type: "done"; readonly id: number; readonly result: JobResult<Job> }
  | { readonly type: "error"; readonly id: number; readonly error: WireError };

/** The part of a dedicated worker's scope that is used here; `lib.webworker` is not loaded. */
interface WorkerScope {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

/** This module is only ever started as a worker, where `globalThis` is its scope. */
const scope = globalThis as unknown as WorkerScope;
const aborts = new Map<number, AbortController>();
let pipeline: Pipeline | undefined;

scope.addEventListener("message", ({ data }) => {
  switch (data.type) {
    case "open":
      return void open(data.options, data.model);
    case "run":
      return void run(data.id, data.job);
    case "abort":
      return aborts.get(data.id)?.abort();
  }
});

async function open(options: PipelineOptions, model: string): Promise<void> {
  try {
    pipeline = new Pipeline(options);
    await pipeline.open(model);
    scope.postMessage({ type: "ready" });
  } catch (error) {
    scope.postMessage({ type: "failed", error: toWire(error) });
  }
}

async function run(id: number, job: Job): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  try {
    if (!pipeline) throw new TypeError("run before open");
    const result = await pipeline.run(job, abort.signal);
    scope.postMessage({ type: "done", id, result }, "body" in result ? [result.body.buffer] : []);
  } catch (error) {
    scope.postMessage({ type: "error", id, error: toWire(error) });
  } finally {
    aborts.delete(id);
  }
}
