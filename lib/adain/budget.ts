import type { Manifest } from "./manifest.ts";
import { planTiles, type Tile } from "./tiles.ts";

/**
 * Bytes for runs and features unless said otherwise: 256 MiB. With 230 MB of process, runtime and
 * `fast`, two RGBA pictures of 64 MiB and what waits for the garbage collector, 4096 x 4096 pixels
 * stay within 700 MB.
 */
export const DEFAULT_MEMORY_BUDGET: number = 256 * 2 ** 20;

/** Pixels of the smallest run that is worth its halo: 256 x 256. */
export const MIN_RUN_PIXELS: number = 256 * 256;

/** What a picture's runs may take. */
export interface RunLimits {
  /** Bytes for the tensors of one run and for features that wait for the decoder. */
  readonly memoryBudget: number;
  /** The most pixels of one run, whatever the budget. */
  readonly maxRunPixels: number;
}

/** The runs over a picture. */
export interface RunPlan {
  /** The runs, row by row. */
  readonly tiles: readonly Tile[];
  /** Whether all features fit the budget; else each tile is encoded again before it is decoded. */
  readonly keep: boolean;
}

/**
 * Peak bytes of one run per pixel. At full resolution two maps of `fullSizeChannels` are alive at a
 * time, a layer's padded input and its output, and a quarter more goes to the next smaller level
 * and to what the allocator cannot reuse; the picture's three planes lie once in the runtime and
 * once outside. Measured on WASM: 137 to 174 (16 channels, 1024 and 2048 pixels
 * square) and 560 bytes (64 channels, up to 1024 x 1024) where this gives 168 and 600.
 *
 * @param manifest The model.
 * @returns Bytes per pixel.
 */
export function runBytesPerPixel(manifest: Manifest): number {
  return 4 * (2.25 * manifest.fullSizeChannels + 6);
}

/**
 * The most pixels of one run whose largest tensor fits a buffer. The largest tensor is a map of
 * `fullSizeChannels` float32 per pixel, padded by one on each side: at most 9/8 as large, as no
 * side is below 16.
 *
 * @param manifest The model.
 * @param maxTensorBytes Bytes of the largest tensor that the provider can hold.
 * @returns Pixels.
 */
export function pixelsOfTensor(manifest: Manifest, maxTensorBytes: number): number {
  return Math.floor(maxTensorBytes / (4 * manifest.fullSizeChannels * 9 / 8));
}

/**
 * What runs may take, before it is known what the provider can hold.
 *
 * @param manifest The model.
 * @param asked Bytes and pixels, see {@linkcode RunLimits}. Default: {@linkcode DEFAULT_MEMORY_BUDGET},
 *   and as many pixels as it allows.
 * @returns The limits.
 * @throws {RangeError} If they allow no run of {@linkcode MIN_RUN_PIXELS}.
 */
export function askedLimits(manifest: Manifest, asked: Partial<RunLimits>): RunLimits {
  const { memoryBudget = DEFAULT_MEMORY_BUDGET, maxRunPixels = Infinity } = asked;
  const affordable = Math.floor(memoryBudget / runBytesPerPixel(manifest));
  if (!(Math.min(affordable, maxRunPixels) >= MIN_RUN_PIXELS)) {
    throw new RangeError(
      `Cannot run ${Math.min(affordable, maxRunPixels)} pixels at a time: ` +
        `at least ${MIN_RUN_PIXELS} are needed`,
    );
  }
  return { memoryBudget, maxRunPixels };
}

/**
 * Plans the runs over a picture within the budget: one run if it fits with its features; else tiles
 * on half of the budget if the features of all fit the other half; else larger tiles on the whole
 * budget, encoded once for the statistics and again for the decoder.
 *
 * @param size The padded size in pixels, multiples of the stride.
 * @param manifest The model.
 * @param limits The budget and the largest run.
 * @returns Tiles, and whether features are kept.
 */
export function planRuns(
  size: { readonly width: number; readonly height: number },
  manifest: Manifest,
  limits: RunLimits,
): RunPlan {
  const { stride, receptiveField: halo, channels } = manifest;
  const { memoryBudget, maxRunPixels } = limits;
  const run = runBytesPerPixel(manifest);
  const features = 4 * channels / stride ** 2;
  const plan = (bytes: number, perPixel: number): Tile[] => {
    const pixels = Math.max(MIN_RUN_PIXELS, Math.floor(bytes / perPixel));
    return planTiles(size, { stride, halo, maxPixels: Math.min(pixels, maxRunPixels) });
  };
  const whole = plan(memoryBudget, run + features);
  if (whole.length === 1) return { tiles: whole, keep: true };
  const kept = plan(memoryBudget / 2, run);
  const pixels = kept.reduce((sum, { outer }) => sum + outer.width * outer.height, 0);
  if (pixels * features <= memoryBudget / 2) return { tiles: kept, keep: true };
  const tiles = plan(memoryBudget, run);
  return { tiles, keep: tiles.length === 1 };
}
