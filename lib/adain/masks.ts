import { AdainError } from "./errors.ts";
import type { Affine } from "./affine.ts";
import type { Rectangle } from "./planar.ts";

/** A soft region of the picture: grey values, row by row, of any size; it is resized to the features. */
export interface Mask {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `width * height` values, 0 (outside) to 1 (inside). */
  readonly data: Float32Array;
  /**
   * What of it covers the picture, in its values, not necessarily whole ones; beyond its edges they
   * are repeated. Default: all.
   */
  readonly part?: Rectangle;
}

/** A feature grid. */
export interface Grid {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/**
 * Refuses masks that would paint nonsense.
 *
 * @param masks The masks of a target; none is allowed.
 * @param styles The number of its styles, K.
 * @throws {AdainError} `invalid_target` if there are neither K nor K-1 masks, K at least 2, or if a
 *   mask does not fit its sides, has a value that is not finite or a part that is none.
 */
export function assertMasks(masks: readonly Mask[], styles: number): void {
  if (masks.length === 0) return;
  if (styles < 2 || (masks.length !== styles && masks.length !== styles - 1)) {
    throw new AdainError(
      "invalid_target",
      `Cannot paint ${styles} styles with ${masks.length} masks: with K styles, K at least 2, ` +
        "K or K-1 masks are allowed",
    );
  }
  for (const { width, height, data, part } of masks) {
    const isWhole = Number.isInteger(width) && width > 0 && Number.isInteger(height);
    if (!isWhole || data.length === 0 || data.length !== width * height) {
      throw new AdainError(
        "invalid_target",
        `Cannot use a mask of ${width} x ${height} with ${data.length} values: ` +
          "one per pixel is needed",
      );
    }
    const wrong = data.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      throw new AdainError(
        "invalid_target",
        `Cannot use a mask with the value ${wrong}: values are from 0 to 1`,
      );
    }
    if (part && !isPart(part)) {
      throw new AdainError(
        "invalid_target",
        `Cannot use ${part.width} x ${part.height} values at ${part.x}, ${part.y} of a mask: ` +
          "numbers, and sides above 0, are needed",
      );
    }
  }
}

function isPart({ x, y, width, height }: Rectangle): boolean {
  return [x, y, width, height].every(Number.isFinite) && width > 0 && height > 0;
}

/**
 * Brings a mask to the feature grid by area averaging where it shrinks and bilinear interpolation
 * where it grows.
 *
 * @param mask The mask, or the part of it that covers the picture.
 * @param grid The grid to bring it to.
 * @param covers The part of the grid that it covers, in features (fractions allowed); beyond
 *   it the mask's edge is repeated. Default: the whole grid.
 * @returns `grid.width * grid.height` values.
 */
export function resizeMask(mask: Mask, grid: Grid, covers: Grid = grid): Float32Array {
  const part = mask.part ?? { x: 0, y: 0, width: mask.width, height: mask.height };
  const across = { source: mask.width, start: part.x, step: part.width / covers.width };
  const down = { source: mask.height, start: part.y, step: part.height / covers.height };
  const horizontal = taps(grid.width, across);
  const vertical = taps(grid.height, down);
  const result = new Float32Array(grid.width * grid.height);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      let sum = 0;
      for (const [row, rowWeight] of vertical[y] ?? []) {
        for (const [column, weight] of horizontal[x] ?? []) {
          sum += rowWeight * weight * (mask.data[row * mask.width + column] ?? 0);
        }
      }
      result[y * grid.width + x] = sum;
    }
  }
  return result;
}

/** Per target position: source positions and their weights (a triangle at least one source wide). */
function taps(
  target: number,
  { source, start, step }: { source: number; start: number; step: number },
): [number, number][][] {
  const radius = Math.max(1, step);
  return Array.from({ length: target }, (_, position) => {
    const centre = start + (position + 0.5) * step - 0.5;
    const found = new Map<number, number>();
    let sum = 0;
    for (let at = Math.ceil(centre - radius); at <= Math.floor(centre + radius); at++) {
      const weight = 1 - Math.abs(at - centre) / radius;
      const inside = Math.min(source - 1, Math.max(0, at));
      found.set(inside, (found.get(inside) ?? 0) + weight);
      sum += weight;
    }
    return [...found].map(([at, weight]) => [at, weight / sum]);
  });
}

/**
 * Completes K regions so that they cover every position once: K masks are divided by their sum;
 * with K-1 masks the last region gets the rest.
 *
 * @param masks K or K-1 masks on the feature grid, each of `positions` values.
 * @param regions The number of regions, K.
 * @returns K masks that sum to 1 everywhere; where no mask says anything, all are equal.
 */
export function completeMasks(masks: readonly Float32Array[], regions: number): Float32Array[] {
  const positions = masks[0]?.length ?? 0;
  const result = Array.from({ length: regions }, () => new Float32Array(positions));
  for (let position = 0; position < positions; position++) {
    const values = masks.map((mask) => Math.min(1, Math.max(0, mask[position] ?? 0)));
    const sum = values.reduce((total, value) => total + value, 0);
    if (masks.length < regions) values.push(Math.max(0, 1 - sum));
    const whole = values.reduce((total, value) => total + value, 0);
    values.forEach((value, k) => {
      const region = result[k];
      if (region) region[position] = whole > 0 ? value / whole : 1 / regions;
    });
  }
  return result;
}

/**
 * Cuts a rectangle out of a mask.
 *
 * @param mask Values on the feature grid, row by row.
 * @param grid The feature grid.
 * @param area The rectangle in features, inside the grid.
 * @returns `area.width * area.height` values.
 */
export function cutMask(mask: Float32Array, grid: Grid, area: Rectangle): Float32Array {
  const cut = new Float32Array(area.width * area.height);
  for (let row = 0; row < area.height; row++) {
    const start = (area.y + row) * grid.width + area.x;
    cut.set(mask.subarray(start, start + area.width), row * area.width);
  }
  return cut;
}

/**
 * Mixes the affine maps of regions by their soft masks (section 7.4 of the paper, spatial control:
 * content statistics are taken per region).
 *
 * @param maps One map per region, `[C]`, with or all without a modulation, `[M]`.
 * @param masks Weight of each region at each position; all regions sum to 1.
 * @returns Scale, shift and modulation per position, `[C, positions]` and `[M, positions]`.
 */
export function mixAffines(maps: readonly Affine[], masks: readonly Float32Array[]): Affine {
  const scale = mix(maps.map((map) => map.scale), masks);
  const shift = mix(maps.map((map) => map.shift), masks);
  const modulations = maps.flatMap((map) => map.modulation ?? []);
  if (modulations.length === 0) return { scale, shift };
  return { scale, shift, modulation: mix(modulations, masks) };
}

function mix(
  vectors: readonly Float32Array[],
  masks: readonly Float32Array[],
): Float32Array<ArrayBuffer> {
  const positions = masks[0]?.length ?? 0;
  const result = new Float32Array((vectors[0]?.length ?? 0) * positions);
  vectors.forEach((vector, k) => {
    const mask = masks[k] ?? new Float32Array(positions);
    vector.forEach((value, channel) => {
      let at = channel * positions;
      for (const weight of mask) {
        result[at] = (result[at] ?? 0) + weight * value;
        at++;
      }
    });
  });
  return result;
}
