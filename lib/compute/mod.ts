/**
 * Pictures computed off the HTTP thread: a pool of workers behind a bounded queue.
 *
 * @module
 */
export { ComputeError, type ComputeErrorCode } from "./errors.ts";
export { InProcessCompute, type InProcessOptions } from "./in_process.ts";
export type {
  Analysis,
  AnalyzeJob,
  AutoFormat,
  Description,
  DominantColour,
  GeometryRequest,
  Job,
  JobResult,
  JobTarget,
  OutputRequest,
  PaintJob,
  Picture,
  SheetJob,
  Stage,
  StageTimes,
} from "./job.ts";
export type { PipelineOptions } from "./pipeline.ts";
export {
  type Compute,
  type ComputeStatus,
  type PoolOptions,
  type RunOptions,
  WorkerPool,
} from "./pool.ts";
