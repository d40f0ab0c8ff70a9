import type { Rectangle } from "./planar.ts";

/** The network's smallest input side, in pixels: reflection padding needs that much. */
export const MIN_SIDE = 16;

/** One tile: the part it is responsible for, and that part with the halo that makes it exact. */
export interface Tile {
  /** The part of the padded picture that only this tile writes, in pixels. */
  readonly core: Rectangle;
  /** What the network must see: the core and its halo, cut at the picture's border, in pixels. */
  readonly outer: Rectangle;
}

/** What {@linkcode planTiles} needs to know of the model. */
export interface TileOptions {
  /** Pixels per feature; tiles are aligned to it. */
  readonly stride: number;
  /** Pixels that the network sees beyond a tile on each side; a multiple of `stride`. */
  readonly halo: number;
  /** The most pixels that one run may have, halo included. */
  readonly maxPixels: number;
}

/**
 * The size that the network runs at: rounded up to the stride, and at least {@linkcode MIN_SIDE}.
 *
 * @param length Pixels of one side, at least 1.
 * @param stride Pixels per feature.
 * @returns Pixels of the padded side.
 */
export function paddedLength(length: number, stride: number): number {
  return Math.ceil(Math.max(length, MIN_SIDE) / stride) * stride;
}

/**
 * Plans the runs over a padded picture. One tile if it fits; otherwise tiles that join without a
 * seam, because every core pixel sees its whole receptive field.
 *
 * @param size The padded size in pixels, multiples of the stride.
 * @param options Stride, halo and the most pixels of one run.
 * @returns Tiles, row by row; their cores cover the picture once.
 */
export function planTiles(
  size: { readonly width: number; readonly height: number },
  options: TileOptions,
): Tile[] {
  const { stride, halo, maxPixels } = options;
  if (size.width * size.height <= maxPixels) {
    const all = { x: 0, y: 0, width: size.width, height: size.height };
    return [{ core: all, outer: all }];
  }
  // A square run wastes the least on its halo; a core of at least one halo bounds the waste at 9x.
  const side = Math.max(Math.floor(Math.sqrt(maxPixels) / stride) * stride - 2 * halo, halo);
  const tiles: Tile[] = [];
  for (const [y, height] of spans(size.height, side, stride)) {
    for (const [x, width] of spans(size.width, side, stride)) {
      tiles.push({
        core: { x, y, width, height },
        outer: grow({ x, y, width, height }, halo, size),
      });
    }
  }
  return tiles;
}

/** Cuts a side into aligned spans of nearly equal length, `[start, length]` in pixels. */
function spans(length: number, side: number, stride: number): [number, number][] {
  const count = Math.ceil(length / side);
  const at = (i: number): number => Math.round((i * length) / count / stride) * stride;
  return Array.from({ length: count }, (_, i) => [at(i), at(i + 1) - at(i)]);
}

function grow(
  core: Rectangle,
  halo: number,
  size: { readonly width: number; readonly height: number },
): Rectangle {
  const x = Math.max(0, core.x - halo);
  const y = Math.max(0, core.y - halo);
  const right = Math.min(size.width, core.x + core.width + halo);
  const bottom = Math.min(size.height, core.y + core.height + halo);
  return { x, y, width: right - x, height: bottom - y };
}
