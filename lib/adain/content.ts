import { planRuns, type RunLimits } from "./budget.ts";
import type { Manifest } from "./manifest.ts";
import type { Grid } from "./masks.ts";
import { mergeMoments, type Moments, moments, statisticsOf } from "./moments.ts";
import type { EncoderOutput, Features, Runtime } from "./onnx.ts";
import { type Rectangle, type RgbaImage, toPlanar } from "./planar.ts";
import type { Statistics } from "./statistics.ts";
import { paddedLength, type Tile } from "./tiles.ts";
import { nextTurn } from "./turn.ts";

/** A content picture after the encoder: decode it in as many styles as you like, then dispose it. */
export interface EncodedContent {
  /** The picture itself: its size, its alpha and its colours go into the result. */
  readonly image: RgbaImage;
  /** Channel statistics over the whole picture. */
  readonly statistics: Statistics;
  /** The feature grid. */
  readonly grid: Grid;
  /** The runs that cover the picture. */
  readonly tiles: readonly Tile[];
  /** Bytes that it holds until it is disposed: features with their halos, or planes to encode again. */
  readonly bytes: number;
  /**
   * Works with the features of one tile with its halo: the kept ones, or, where all together do not
   * fit the memory budget, those of another encoder run.
   */
  withFeatures<T>(tile: Tile, task: (features: Features) => Promise<T>): Promise<T>;
  /** Frees the features. */
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
 * @param image The content.
 * @param options Model shape, limits, signal.
 * @returns The encoded content.
 */
export async function encodeContent(
  runtime: Runtime,
  image: RgbaImage,
  options: EncodeOptions,
): Promise<EncodedContent> {
  const { stride } = options.manifest;
  const width = paddedLength(image.width, stride);
  const height = paddedLength(image.height, stride);
  const { tiles, keep } = planRuns({ width, height }, options.manifest, options.limits);
  const kept = new Map<Tile, Features>();
  const dispose = (): void => {
    kept.forEach((features) => features.dispose());
    kept.clear();
  };
  const done = (tile: Tile, features: Features): void => {
    if (keep && !options.statisticsOnly) kept.set(tile, features);
    else features.dispose();
  };
  try {
    const { signal } = options;
    const encode = tileEncoder(runtime, image, tiles);
    const statistics = await encodeAll({ encode, tiles, done, stride, signal });
    // With planes of its own, made when it is needed: those of the first time are free by now.
    const encodeAgain = tileEncoder(runtime, image, tiles);
    return {
      image,
      statistics,
      grid: { width: width / stride, height: height / stride },
      tiles,
      bytes: keep ? featureBytes(tiles, options.manifest) : planeBytes(tiles),
      withFeatures: async (tile, task) => {
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
 * merged from the tiles' cores, so that they are of the whole picture.
 */
async function encodeAll(
  { encode, tiles, done, stride, signal }: {
    encode: (tile: Tile) => Promise<EncoderOutput>;
    tiles: readonly Tile[];
    done: (tile: Tile, features: Features) => void;
    stride: number;
    signal: AbortSignal | undefined;
  },
): Promise<Statistics> {
  let total: Moments | undefined;
  for (const tile of tiles) {
    await nextTurn(signal);
    const { features, statistics } = await encode(tile);
    if (tiles.length === 1) {
      done(tile, features);
      return statistics;
    }
    const part = moments(await featureMap(features), coreInOuter(tile, stride));
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
  return {
    x: (core.x - outer.x) / stride,
    y: (core.y - outer.y) / stride,
    width: core.width / stride,
    height: core.height / stride,
  };
}
