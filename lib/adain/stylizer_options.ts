import type { RuntimeOptions } from "./onnx.ts";
import type { Smoothing } from "./smoothing.ts";

/** How a {@linkcode Stylizer} runs. */
export interface StylizerOptions extends RuntimeOptions {
  /**
   * Bytes for the tensors of one run and for features that wait for the decoder; larger pictures
   * are cut into exact tiles. What the process and the open model take, and the RGBA pictures, come
   * on top. At least a run of 256 x 256 must fit. Default {@linkcode DEFAULT_MEMORY_BUDGET}.
   */
  readonly memoryBudget?: number;
  /**
   * The most pixels of one run, at least 256 x 256. Default: as many as the memory budget and the
   * provider's largest buffer allow.
   */
  readonly maxRunPixels?: number;
}

/** How frames are painted. */
export interface FramesOptions {
  /** How the content statistics are smoothed over frames. Default: trailing, `retain` 0.8. */
  readonly smoothing?: Smoothing;
  /** Stops between stages and tiles. */
  readonly signal?: AbortSignal;
}
