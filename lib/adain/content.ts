import { planRuns, type RunLimits } from "./budget.ts";
import { AdainError } from "./errors.ts";
import type { Manifest } from "./manifest.ts";
import { cutMask, type Grid } from "./masks.ts";
import { mergeMoments, type Moments, moments, statisticsOf } from "./moments.ts";
import type { EncoderOutput, Features, Runtime } from "./onnx.ts";
import { type Rectangle, type RgbaImage, toPlanar } from "./planar.ts";
import type { Statistics } from "./statistics.ts";
import { paddedLength, type Tile } from "./tiles.ts";
import { nextTurn } from "./turn.ts";
import { visiblePart } from "./visible.ts";

/** A content picture after the encoder: decode it in as many styles as you like, then dispose it. */
export interface EncodedContent {
  /**
   * The picture itself: its size, its alpha and its colours go into the result. What is transparent
   * lies on the mean of the visible colours.
   */
  readonly image: RgbaImage;
  /** Channel statistics over all that is seen of the picture. */
  readonly statistics: Statistics;
  /** The feature grid. */
  readonly grid: Grid;
  /** How much of each position of the grid is seen, above 0; absent: all of it. */
  readonly weights?: Float32Array;
  /** The runs that cover the picture. */
  readonly tiles: readonly Tile[];
  /** Bytes that it holds until it is disposed: features with their halos, or planes to encode again. */
  readonly bytes: number;
  /**
   * Works with the features of one tile with its halo: the kept ones, or, where all together do not
   * fit the memory budget, those of another encoder run.
   *
   * @throws {AdainError} `disposed`, or `run_failed` of another encoder run.
   */
  withFeatures<T>(tile: Tile, task: (features: Features) => Promise<T>): Promise<T>;
  /** Frees the features; the content then cannot be decoded any more. */
  dispose(): void;
}

/** What {@linkcode encodeContent} works with. */
export interface EncodeOptions {
  /** The model's shape. */
  readonly manifest: Manifest;
  /** Memory budget and largest run. */
  readonly limits: RunLimits;
  /** Frees the features at once where only the statistics are wanted. Default false. */
  readonly statisticsOnly?: boolean;
  /** Stops between tiles. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Encodes a picture, in tiles where it is larger than one run may be.
 *
 * @param runtime The open model.
 * @param picture The content.
 * @param options Model shape, limits, signal.
 * @returns The encoded content.
 * @throws {AdainError} `run_failed` or `disposed`; or the signal's reason.
 */
export async function encodeContent(
  runtime: Runtime,
  picture: RgbaImage,
  options: EncodeOptions,
): Promise<EncodedContent> {
  const { stride } = options.manifest;
  const width = paddedLength(picture.width, stride);
  const height = paddedLength(picture.height, stride);
  const grid = { width: width / stride, height: height / stride };
  const visible = visiblePart(picture, { grid, stride });
  const { tiles, keep } = planRuns({ width, height }, options.manifest, options.limits);
  const kept = new Map<Tile, Features>();
  let disposed = false;
  const dispose = (): void => {
    disposed = true;
    kept.forEach((features) => features.dispose());
    kept.clear();
  };
  const done = (tile: Tile, features: Features): void => {
    if (keep && !options.statisticsOnly) kept.set(tile, features);
    else features.dispose();
  };
  try {
    const { signal } = options;
    const encode = tileEncoder(runtime, visible.image, tiles);
    const { weights } = visible;
    const statistics = await encodeAll({ encode, tiles, done, stride, grid, weights, signal });
    // With planes of its own, made when it is needed: those of the first time are free by now.
    const encodeAgain = tileEncoder(runtime, visible.image, tiles);
    return {
      ...visible,
      statistics,
      grid,
      tiles,
      bytes: keep ? featureBytes(tiles, options.manifest) : planeBytes(tiles),
      withFeatures: async (tile, task) => {
        if (disposed) throw new AdainError("disposed", "Cannot paint the content: it was disposed");
        const features = kept.get(tile) ?? (await encodeAgain(tile)).features;
        return await task(features).finally(() => kept.has(tile) || features.dispose());
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

function featureBytes(tiles: readonly Tile[], { channels, stride }: Manifest): number {
  const pixels = tiles.reduce((sum, { outer }) => sum + outer.width * outer.height, 0);
  return Float32Array.BYTES_PER_ELEMENT * channels * pixels / stride ** 2;
}

function planeBytes(tiles: readonly Tile[]): number {
  return Float32Array.BYTES_PER_ELEMENT * 3 * largestOf(tiles);
}

/** Pixels of the largest tile with its halo. */
function largestOf(tiles: readonly Tile[]): number {
  return Math.max(...tiles.map(({ outer }) => outer.width * outer.height));
}

/** Encodes single tiles; the planes of the largest one are allocated once and used for all. */
function tileEncoder(
  runtime: Runtime,
  image: RgbaImage,
  tiles: readonly Tile[],
): (tile: Tile) => Promise<EncoderOutput> {
  let planes: Float32Array<ArrayBuffer> | undefined;
  return async ({ outer }) => {
    // Taken while it is in use: a second decoder of the same content makes its own.
    const buffer = planes ?? new Float32Array(3 * largestOf(tiles));
    planes = undefined;
    const { width, height } = outer;
    const data = toPlanar(image, outer, buffer.subarray(0, 3 * width * height));
    const output = await runtime.encode({ data, width, height });
    if (tiles.length > 1) planes = buffer;
    return output;
  };
}

/**
 * Encodes all tiles once for the statistics: one run has them from its graph; those of tiles are
 * merged from the tiles' cores, so that they are of the whole picture. What is not seen does not
 * count.
 */
async function encodeAll(
  { encode, tiles, done, stride, grid, weights, signal }: {
    encode: (tile: Tile) => Promise<EncoderOutput>;
    tiles: readonly Tile[];
    done: (tile: Tile, features: Features) => void;
    stride: number;
    grid: Grid;
    weights: Float32Array | undefined;
    signal: AbortSignal | undefined;
  },
): Promise<Statistics> {
  let total: Moments | undefined;
  for (const tile of tiles) {
    await nextTurn(signal);
    const { features, statistics } = await encode(tile);
    if (tiles.length === 1 && !weights) {
      done(tile, features);
      return statistics;
    }
    const seen = weights && cutMask(weights, grid, inFeatures(tile.core, stride));
    const part = moments(await featureMap(features), coreInOuter(tile, stride), seen);
    total = total ? mergeMoments(total, part) : part;
    done(tile, features);
  }
  const whole = total && statisticsOf(total);
  if (!whole) throw new RangeError("Cannot take statistics of a picture without features");
  return whole;
}

/**
 * Copies a tile's features to memory.
 *
 * @param features The features.
 * @returns Values and size.
 */
export async function featureMap(
  features: Features,
): Promise<{ values: Float32Array; width: number; height: number }> {
  return { values: await features.read(), width: features.width, height: features.height };
}

/**
 * Where a tile's core lies in the features of the tile.
 *
 * @param tile The tile, in pixels.
 * @param stride Pixels per feature.
 * @returns The core in features, relative to the outer rectangle.
 */
export function coreInOuter({ core, outer }: Tile, stride: number): Rectangle {
  return inFeatures({ ...core, x: core.x - outer.x, y: core.y - outer.y }, stride);
}

/**
 * Brings a rectangle from pixels to the feature grid.
 *
 * @param area The rectangle, in pixels.
 * @param stride Pixels per feature.
 * @returns The rectangle in features.
 */
export function inFeatures(area: Rectangle, stride: number): Rectangle {
  return {
    x: area.x / stride,
    y: area.y / stride,
    width: area.width / stride,
    height: area.height / stride,
  };
}
