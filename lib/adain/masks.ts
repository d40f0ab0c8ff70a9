import { AdainError } from "./errors.ts";
import { type Affine, affine } from "./affine.ts";
import { EPSILON, type Statistics } from "./statistics.ts";

/** A soft region of the picture: grey values, row by row, of any size; it is resized to the features. */
export interface Mask {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `width * height` values, 0 (outside) to 1 (inside). */
  readonly data: Float32Array;
}

/** A feature grid. */
export interface Grid {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/**
 * Brings a mask to the feature grid by area averaging where it shrinks and bilinear interpolation
 * where it grows.
 *
 * @param mask The mask.
 * @param grid The grid to bring it to.
 * @param covers The part of the grid that the mask covers, in features (fractions allowed); beyond
 *   it the mask's edge is repeated. Default: the whole grid.
 * @returns `grid.width * grid.height` values, 0..1.
 * @throws {AdainError} `invalid_target` if the mask's length does not fit its sides.
 */
export function resizeMask(mask: Mask, grid: Grid, covers: Grid = grid): Float32Array {
  if (mask.data.length !== mask.width * mask.height || mask.data.length === 0) {
    throw new AdainError(
      "invalid_target",
      `Cannot use a mask of ${mask.width} x ${mask.height} with ${mask.data.length} values`,
    );
  }
  const horizontal = taps(mask.width, grid.width, covers.width);
  const vertical = taps(mask.height, grid.height, covers.height);
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
function taps(source: number, target: number, covers: number): [number, number][][] {
  const step = source / covers;
  const radius = Math.max(1, step);
  return Array.from({ length: target }, (_, position) => {
    const centre = (position + 0.5) * step - 0.5;
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
 * @throws {AdainError} `invalid_target` if the number of masks is neither K nor K-1.
 */
export function completeMasks(masks: readonly Float32Array[], regions: number): Float32Array[] {
  if (masks.length !== regions && masks.length !== regions - 1) {
    throw new AdainError(
      "invalid_target",
      `Cannot paint ${regions} styles with ${masks.length} masks: ` +
        `${regions - 1} or ${regions} are allowed`,
    );
  }
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
 * Channel statistics of one soft region.
 *
 * @param features Planar features `[C, positions]`.
 * @param mask Weight of each position, 0..1.
 * @param whole Statistics of the whole picture, used where the region is smaller than one feature.
 * @returns Weighted mean and (unbiased) standard deviation per channel.
 */
export function regionStatistics(
  features: Float32Array,
  mask: Float32Array,
  whole: Statistics,
): Statistics {
  const total = mask.reduce((sum, weight) => sum + weight, 0);
  const squares = mask.reduce((sum, weight) => sum + weight * weight, 0);
  // Reliability weights: the unbiased divisor is V1 - V2 / V1, which is n - 1 for a hard mask.
  const divisor = total - squares / total;
  if (!(total > 1) || !(divisor > 0)) return whole;
  const channels = whole.mean.length;
  const positions = mask.length;
  const mean = new Float32Array(channels);
  const std = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const plane = features.subarray(channel * positions, (channel + 1) * positions);
    let sum = 0;
    for (let i = 0; i < positions; i++) sum += (mask[i] ?? 0) * (plane[i] ?? 0);
    const average = sum / total;
    let spread = 0;
    for (let i = 0; i < positions; i++) spread += (mask[i] ?? 0) * ((plane[i] ?? 0) - average) ** 2;
    mean[channel] = average;
    std[channel] = Math.sqrt(spread / divisor + EPSILON);
  }
  return { mean, std };
}

/** One region of a picture with the style that fills it. */
export interface StyledRegion {
  /** Weight of the region at each position of the feature grid; all regions sum to 1. */
  readonly mask: Float32Array;
  /** Statistics of the region's style. */
  readonly style: Statistics;
}

/**
 * The affine map of a picture whose regions have their own styles (section 7.4 of the paper, spatial
 * control): content statistics are taken per region, and the maps are mixed by the soft masks.
 *
 * @param features Planar features of the content `[C, positions]`.
 * @param content Statistics of the whole content.
 * @param options The regions and alpha (0..1).
 * @returns Scale and shift per position, `[C, positions]`.
 */
export function maskedAffine(
  features: Float32Array,
  content: Statistics,
  options: { readonly regions: readonly StyledRegion[]; readonly alpha: number },
): Affine {
  const scale = new Float32Array(features.length);
  const shift = new Float32Array(features.length);
  for (const { mask, style } of options.regions) {
    const map = affine(regionStatistics(features, mask, content), style, options.alpha);
    const positions = mask.length;
    map.scale.forEach((channelScale, channel) => {
      const channelShift = map.shift[channel] ?? 0;
      const start = channel * positions;
      for (let i = 0; i < positions; i++) {
        const at = start + i;
        const weight = mask[i] ?? 0;
        scale[at] = (scale[at] ?? 0) + weight * channelScale;
        shift[at] = (shift[at] ?? 0) + weight * channelShift;
      }
    });
  }
  return { scale, shift };
}
