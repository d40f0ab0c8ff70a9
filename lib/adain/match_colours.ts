import type { RgbaImage } from "./planar.ts";
import { multiply, scaleColumns, symmetricPower } from "./symmetric.ts";

/** Mean and covariance of a picture's colours, in 8-bit steps. */
export interface ColourMoments {
  /** Means of R, G, B, 0..255. */
  readonly mean: readonly number[];
  /** Covariance, 3 x 3 row by row. */
  readonly covariance: readonly number[];
}

/**
 * Added to each variance, in squared 8-bit steps: the rounding noise of a channel. A flat or grey
 * style has a covariance without inverse; this keeps it invertible, and its noise small.
 */
const ROUNDING = 1 / 12;

/**
 * Takes mean and covariance of a picture's colours; pixels count by their alpha.
 *
 * @param image The picture.
 * @returns Biased moments over all that is seen; 0 where nothing is.
 */
export function colourMoments({ data }: RgbaImage): ColourMoments {
  const sums = new Float64Array(9);
  const totals = new Float64Array(3);
  let weight = 0;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = (data[i + 3] ?? 0) / 255;
    weight += alpha;
    for (let row = 0; row < 3; row++) {
      const value = alpha * (data[i + row] ?? 0);
      totals[row] = (totals[row] ?? 0) + value;
      for (let column = row; column < 3; column++) {
        const at = 3 * row + column;
        sums[at] = (sums[at] ?? 0) + value * (data[i + column] ?? 0);
      }
    }
  }
  const count = weight || 1;
  const mean = Array.from(totals, (total) => total / count);
  const covariance = Array.from({ length: 9 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3), at % 3];
    const sum = sums[3 * Math.min(row, column) + Math.max(row, column)] ?? 0;
    return sum / count - (mean[row] ?? 0) * (mean[column] ?? 0);
  });
  return { mean, covariance };
}

/**
 * Moves the colours of a style picture to those of the content: mean and covariance of RGB become
 * the content's, so that the style brings its strokes and not its colours. Give the result to
 * `Stylizer.analyze`.
 *
 * This is the reference's colour control (`-preserveColor`: CORAL, Sun, Feng & Saenko 2016, after
 * Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", section 5.1): channels
 * are standardised, `x' = Rc^(1/2) Rs^(-1/2) x` with the correlations R and the symmetric roots,
 * which unlike Cholesky's do not depend on the order of the channels, and scaled to the content's
 * deviations and means.
 *
 * @param style The style picture.
 * @param content The content picture, of any size.
 * @returns A new picture of the style's size with its alpha; values outside 0..255 are clamped.
 *
 * @example A blue content makes a red style blue
 * ```ts
 * import { matchColours } from "./match_colours.ts";
 * import assert from "node:assert/strict";
 *
 * const flat = (...pixel: number[]) => ({
 *   width: 2,
 *   height: 1,
 *   data: Uint8ClampedArray.from([...pixel, ...pixel]),
 * });
 * const { data } = matchColours(flat(200, 10, 10, 255), flat(20, 30, 180, 255));
 * assert.deepEqual([...data.subarray(0, 4)], [20, 30, 180, 255]);
 * ```
 */
export function matchColours(style: RgbaImage, content: RgbaImage): RgbaImage {
  const from = colourMoments(style);
  const to = colourMoments(content);
  const map = colourMap(from.covariance, to.covariance);
  const offset = [0, 1, 2].map((row) =>
    [0, 1, 2].reduce(
      (sum, column) => sum - (map[3 * row + column] ?? 0) * (from.mean[column] ?? 0),
      to.mean[row] ?? 0,
    )
  );
  const data = style.data.slice();
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b] = [style.data[i] ?? 0, style.data[i + 1] ?? 0, style.data[i + 2] ?? 0];
    for (let row = 0; row < 3; row++) {
      const [x, y, z] = [map[3 * row] ?? 0, map[3 * row + 1] ?? 0, map[3 * row + 2] ?? 0];
      data[i + row] = x * r + y * g + z * b + (offset[row] ?? 0);
    }
  }
  return { width: style.width, height: style.height, data };
}

/** The linear map between two covariances: `Dc Rc^(1/2) Rs^(-1/2) Ds^-1`. */
function colourMap(from: readonly number[], to: readonly number[]): number[] {
  const source = correlation(from);
  const target = correlation(to);
  const turned = multiply(symmetricPower(target.matrix, 0.5), symmetricPower(source.matrix, -0.5));
  const scaled = scaleColumns(turned, source.deviations.map((deviation) => 1 / deviation));
  return scaled.map((value, at) => value * (target.deviations[Math.floor(at / 3)] ?? 0));
}

function correlation(
  covariance: readonly number[],
): { matrix: number[]; deviations: number[] } {
  const deviations = [0, 4, 8].map((at) => Math.sqrt((covariance[at] ?? 0) + ROUNDING));
  const matrix = covariance.map((value, at) => {
    const [row, column] = [Math.floor(at / 3), at % 3];
    const noise = row === column ? ROUNDING : 0;
    return (value + noise) / ((deviations[row] ?? 1) * (deviations[column] ?? 1));
  });
  return { matrix, deviations };
}
