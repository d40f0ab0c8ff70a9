import { AdainError } from "./errors.ts";
import type { Statistics } from "./statistics.ts";

/** What the decoder graph is given of a style: it maps features to `scale * features + shift`. */
export interface Affine {
  /** Factors, `[C]`, or `[C, h, w]` where it differs by position. */
  readonly scale: Float32Array<ArrayBuffer>;
  /** Offsets, of the same shape as `scale`. */
  readonly shift: Float32Array<ArrayBuffer>;
  /** Changes inside the decoder, `[M]` or `[M, h, w]`; absent where the model has none. */
  readonly modulation?: Float32Array<ArrayBuffer>;
}

/**
 * Checks the content–style trade-off.
 *
 * @param alpha 0 (the content alone) to 1 (full style).
 * @throws {AdainError} `invalid_target` if it is not a number from 0 to 1.
 */
export function assertAlpha(alpha: number): void {
  if (!(alpha >= 0 && alpha <= 1)) {
    throw new AdainError("invalid_target", `Cannot use alpha ${alpha}: it must be from 0 to 1`);
  }
}

/**
 * Folds AdaIN (Eq. 8) and the content–style trade-off (Eq. 14) into one affine map per channel:
 * `scale = alpha * σs / σc + 1 - alpha`, `shift = alpha * (μs - μc * σs / σc)`. The modulation,
 * which is 0 where nothing is changed, is multiplied by alpha.
 *
 * @param content Statistics of the content's features, C channels.
 * @param style Statistics of the style, or of a blend, of the same model.
 * @param alpha Content–style trade-off, 0..1. Default 1.
 * @returns Scale and shift, `[C]`, and the modulation, `[M]`, where the style has one.
 * @throws {AdainError} `model_mismatch` if the numbers of channels differ, `invalid_target` if
 *   alpha is out of range.
 *
 * @example Full strength gives the style's mean to the content's mean
 * ```ts
 * import { affine } from "./affine.ts";
 * import assert from "node:assert/strict";
 *
 * const content = { mean: Float32Array.of(2), std: Float32Array.of(1) };
 * const style = { mean: Float32Array.of(5), std: Float32Array.of(3) };
 * const { scale, shift } = affine(content, style);
 * assert.deepEqual([scale[0], shift[0]], [3, -1]); // 3 * 2 - 1 = 5
 * ```
 */
export function affine(content: Statistics, style: Statistics, alpha: number = 1): Affine {
  assertAlpha(alpha);
  const channels = content.mean.length;
  if (style.mean.length !== channels) {
    throw new AdainError(
      "model_mismatch",
      `Cannot apply a style of ${style.mean.length} channels to a content of ${channels}: ` +
        "the statistics belong to another model",
    );
  }
  const scale = new Float32Array(channels);
  const shift = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const ratio = (style.std[channel] ?? 0) / (content.std[channel] ?? 1);
    scale[channel] = alpha * ratio + 1 - alpha;
    shift[channel] = alpha *
      ((style.mean[channel] ?? 0) - (content.mean[channel] ?? 0) * ratio);
  }
  if (!style.modulation) return { scale, shift };
  return { scale, shift, modulation: style.modulation.map((change) => alpha * change) };
}
