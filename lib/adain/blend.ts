import { AdainError } from "./errors.ts";
import { averageStatistics, type Statistics } from "./statistics.ts";

/** The most styles that one picture may blend. */
export const MAX_STYLES = 8;

/** One style of a blend. */
export interface WeightedStatistics {
  /** The statistics of the style. */
  readonly statistics: Statistics;
  /** Its share, at least 0; shares are normalised to the sum 1. Default 1. */
  readonly weight?: number;
}

/**
 * Normalises weights to the sum 1.
 *
 * @param weights One to {@linkcode MAX_STYLES} finite numbers of at least 0, not all 0.
 * @returns The shares, in the same order.
 * @throws {AdainError} `invalid_target` if there are none, too many, or a weight is not allowed.
 */
export function normaliseWeights(weights: readonly number[]): number[] {
  if (weights.length === 0 || weights.length > MAX_STYLES) {
    throw new AdainError(
      "invalid_target",
      `Cannot blend ${weights.length} styles: 1 to ${MAX_STYLES} are allowed`,
    );
  }
  const wrong = weights.find((weight) => !Number.isFinite(weight) || weight < 0);
  if (wrong !== undefined) {
    throw new AdainError(
      "invalid_target",
      `Cannot blend with the weight ${wrong}: weights are finite numbers of at least 0`,
    );
  }
  const largest = Math.max(...weights);
  if (largest === 0) {
    throw new AdainError("invalid_target", "Cannot blend with weights that are all 0");
  }
  // Dividing by the largest first keeps the sum finite for weights near the largest double.
  const scaled = weights.map((weight) => weight / largest);
  const sum = scaled.reduce((total, weight) => total + weight, 0);
  return scaled.map((weight) => weight / sum);
}

/**
 * Blends styles by the weighted mean of their statistics (section 7.3 of the paper: interpolating
 * feature maps that share one content is interpolating their statistics).
 *
 * @param styles One to {@linkcode MAX_STYLES} styles with their weights.
 * @returns The statistics of the blend.
 * @throws {AdainError} `invalid_target` for weights that are not allowed, `model_mismatch` if the
 *   styles have different numbers of channels.
 *
 * @example Three parts of one style and one of another
 * ```ts
 * import { blend } from "./blend.ts";
 * import assert from "node:assert/strict";
 *
 * const a = { mean: Float32Array.of(0), std: Float32Array.of(1) };
 * const b = { mean: Float32Array.of(4), std: Float32Array.of(1) };
 * const { mean } = blend([{ statistics: a, weight: 3 }, { statistics: b, weight: 1 }]);
 * assert.equal(mean[0], 1);
 * ```
 */
export function blend(styles: readonly WeightedStatistics[]): Statistics {
  const weights = normaliseWeights(styles.map((style) => style.weight ?? 1));
  return averageStatistics(styles.map((style) => style.statistics), weights);
}
