import type { Rectangle } from "./planar.ts";
import { EPSILON, type Statistics } from "./statistics.ts";

/** Weighted first and second moments of feature channels over some positions, in double precision. */
export interface Moments {
  /** Sum of the weights; the number of positions where none are given. */
  readonly weight: number;
  /** Sum of the squared weights. */
  readonly squares: number;
  /** Channel means, `[C]`. */
  readonly mean: Float64Array;
  /** Weighted sums of squared distances from the mean, `[C]`. */
  readonly spread: Float64Array;
}

/** A planar feature map. */
export interface FeatureMap {
  /** Values `[C, height, width]`. */
  readonly values: Float32Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/**
 * Takes the moments of a rectangle of a feature map.
 *
 * @param map The feature map.
 * @param area The rectangle in features, inside the map.
 * @param weights Weight of each position of the rectangle, row by row, at least 0. Default 1.
 * @returns The moments; all 0 where no position has weight.
 */
export function moments(map: FeatureMap, area: Rectangle, weights?: Float32Array): Moments {
  const channels = map.values.length / (map.width * map.height);
  const count = area.width * area.height;
  const w = weights ?? new Float32Array(count).fill(1);
  let [weight, squares] = [0, 0];
  for (const value of w) {
    weight += value;
    squares += value * value;
  }
  const mean = new Float64Array(channels);
  const spread = new Float64Array(channels);
  if (weight === 0) return { weight, squares, mean, spread };
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * map.width * map.height + area.y * map.width + area.x;
    const average = sumRows(map, plane, { area, w, centre: 0, power: 1 }) / weight;
    mean[channel] = average;
    spread[channel] = sumRows(map, plane, { area, w, centre: average, power: 2 });
  }
  return { weight, squares, mean, spread };
}

/** Sums `w * (value - centre) ** power` over a rectangle that starts at `start`. */
function sumRows(
  { values, width }: FeatureMap,
  start: number,
  { area, w, centre, power }: { area: Rectangle; w: Float32Array; centre: number; power: 1 | 2 },
): number {
  let sum = 0;
  let at = 0;
  for (let row = 0; row < area.height; row++) {
    const end = start + row * width + area.width;
    for (let i = end - area.width; i < end; i++, at++) {
      const distance = (values[i] ?? 0) - centre;
      sum += (w[at] ?? 0) * (power === 1 ? distance : distance * distance);
    }
  }
  return sum;
}

/**
 * Joins the moments of two disjoint sets of positions (Chan, Golub & LeVeque 1979, "Updating
 * formulae and a pairwise algorithm for computing sample variances").
 *
 * @param a Moments of some positions.
 * @param b Moments of others, of as many channels.
 * @returns The moments of all.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const weight = a.weight + b.weight;
  if (weight === 0) return a;
  const share = b.weight / weight;
  const mean = a.mean.map((value, c) => value + share * ((b.mean[c] ?? 0) - value));
  const spread = a.spread.map((value, c) =>
    value + (b.spread[c] ?? 0) + a.weight * share * ((b.mean[c] ?? 0) - (a.mean[c] ?? 0)) ** 2
  );
  return { weight, squares: a.squares + b.squares, mean, spread };
}

/**
 * Turns moments into statistics.
 *
 * @param value The moments.
 * @returns Mean and (unbiased) standard deviation per channel, or `null` where the positions weigh
 *   no more than one and so have no deviation.
 */
export function statisticsOf(value: Moments): Statistics | null {
  // Reliability weights: the unbiased divisor is V1 - V2 / V1, which is n - 1 for equal weights.
  const divisor = value.weight - value.squares / value.weight;
  if (!(value.weight > 1) || !(divisor > 0)) return null;
  return {
    mean: Float32Array.from(value.mean),
    std: Float32Array.from(value.spread, (spread) => Math.sqrt(spread / divisor + EPSILON)),
  };
}
