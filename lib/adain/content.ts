import { paddedLength, planTiles, type Tile } from "./tiles.ts";
import { type RgbaImage, toPlanar } from "./planar.ts";
import type { Features, Runtime } from "./onnx.ts";
import { type Statistics, statistics } from "./statistics.ts";
import type { Manifest } from "./manifest.ts";

/** A content picture after the encoder: decode it in as many styles as you like, then dispose it. */
export interface EncodedContent {
  /** The picture itself: its size, its alpha and its colours go into the result. */
  readonly image: RgbaImage;
  /** Channel statistics over the whole picture. */
  readonly statistics: Statistics;
  /** The feature grid. */
  readonly grid: { readonly width: number; readonly height: number };
  /** The runs that cover the picture. */
  readonly tiles: readonly Tile[];
  /** The features of the whole picture: on the device for one tile, else in memory. */
  readonly features: Features | Float32Array;
  /** Frees the features. */
  dispose(): void;
}

/** What {@linkcode encodeContent} works with. */
export interface EncodeOptions {
  /** The model's shape. */
  readonly manifest: Manifest;
  /** The most pixels of one run. */
  readonly maxRunPixels: number;
  /** Stops between tiles. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Encodes a picture, in tiles where it is larger than one run may be.
 *
 * @param runtime The open model.
 * @param image The content.
 * @param options Model shape, largest run, signal.
 * @returns The encoded content.
 */
export async function encodeContent(
  runtime: Runtime,
  image: RgbaImage,
  options: EncodeOptions,
): Promise<EncodedContent> {
  const { stride, receptiveField: halo } = options.manifest;
  const width = paddedLength(image.width, stride);
  const height = paddedLength(image.height, stride);
  const tiles = planTiles({ width, height }, { stride, halo, maxPixels: options.maxRunPixels });
  const grid = { width: width / stride, height: height / stride };
  const common = { image, grid, tiles };
  if (tiles.length === 1) {
    const data = toPlanar(image, { x: 0, y: 0, width, height });
    const output = await runtime.encode({ data, width, height });
    return {
      ...common,
      features: output.features,
      statistics: output.statistics,
      dispose: () => output.features.dispose(),
    };
  }
  const features = await encodeTiles(runtime, { ...common, ...options });
  return {
    ...common,
    features,
    statistics: statistics(features, options.manifest.channels),
    dispose: () => {},
  };
}

/** Joins the cores of all tiles into one feature map in memory, so that statistics are global. */
async function encodeTiles(
  runtime: Runtime,
  work: EncodeOptions & Pick<EncodedContent, "image" | "grid" | "tiles">,
): Promise<Float32Array> {
  const { manifest: { channels, stride }, grid, image } = work;
  const joined = new Float32Array(channels * grid.width * grid.height);
  for (const { core, outer } of work.tiles) {
    work.signal?.throwIfAborted();
    const data = toPlanar(image, outer);
    const { features } = await runtime.encode({ data, width: outer.width, height: outer.height });
    const part = {
      values: await features.read(),
      width: outer.width / stride,
      height: outer.height / stride,
    };
    features.dispose();
    const from = { x: (core.x - outer.x) / stride, y: (core.y - outer.y) / stride };
    const to = { x: core.x / stride, y: core.y / stride };
    const size = { width: core.width / stride, height: core.height / stride };
    copyGrid({ ...part, ...from }, { values: joined, ...grid, ...to }, { channels, ...size });
  }
  return joined;
}

/** A position in a planar feature map. */
interface GridPosition {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Copies a rectangle of all channels from one planar feature map to another.
 *
 * @param from Where to read.
 * @param to Where to write.
 * @param size Channels, columns and rows to copy.
 */
export function copyGrid(
  from: GridPosition,
  to: GridPosition,
  size: { readonly channels: number; readonly width: number; readonly height: number },
): void {
  for (let channel = 0; channel < size.channels; channel++) {
    for (let row = 0; row < size.height; row++) {
      const start = (channel * from.height + from.y + row) * from.width + from.x;
      const target = (channel * to.height + to.y + row) * to.width + to.x;
      to.values.set(from.values.subarray(start, start + size.width), target);
    }
  }
}
