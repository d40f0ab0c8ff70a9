import type { Taps } from "./lanczos.ts";
import { TO_LINEAR, toByte } from "./srgb.ts";
import type { Pixels } from "./types.ts";

// Doubles: an engine that knows no vectors is three times as fast with them as with single floats,
// which it converts one by one.

/**
 * Reads a row as linear light.
 *
 * @param pixels The picture.
 * @param row Which row.
 * @param light Where it goes: RGBA 0..1, premultiplied.
 */
export function toLight({ width, data }: Pixels, row: number, light: Float64Array): void {
  const start = 4 * width * row;
  for (let i = 0; i < light.length; i += 4) {
    const at = start + i;
    const alpha = (data[at + 3] ?? 0) / 255;
    light[i] = alpha * (TO_LINEAR[data[at] ?? 0] ?? 0);
    light[i + 1] = alpha * (TO_LINEAR[data[at + 1] ?? 0] ?? 0);
    light[i + 2] = alpha * (TO_LINEAR[data[at + 2] ?? 0] ?? 0);
    light[i + 3] = alpha;
  }
}

/**
 * Resamples a row.
 *
 * @param light The row.
 * @param taps The weights.
 * @param result Where the new row goes.
 */
export function narrow(light: Float64Array, taps: Taps, result: Float64Array): void {
  const { starts, counts, weights, width } = taps;
  for (let x = 0; x < starts.length; x++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let alpha = 0;
    let at = 4 * (starts[x] ?? 0);
    const end = x * width + (counts[x] ?? 0);
    for (let i = x * width; i < end; i++, at += 4) {
      const weight = weights[i] ?? 0;
      red += weight * (light[at] ?? 0);
      green += weight * (light[at + 1] ?? 0);
      blue += weight * (light[at + 2] ?? 0);
      alpha += weight * (light[at + 3] ?? 0);
    }
    result[4 * x] = red;
    result[4 * x + 1] = green;
    result[4 * x + 2] = blue;
    result[4 * x + 3] = alpha;
  }
}

/**
 * Adds a weighted row to a sum.
 *
 * @param sum The sum.
 * @param row The row.
 * @param weight Its weight.
 */
export function addRow(sum: Float64Array, row: Float64Array, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (row[i] ?? 0);
}

/** Below half a step of a byte nothing is seen, and its colour would be noise. */
const LEAST_ALPHA = 0.5 / 255;

/**
 * Writes a row of linear light as bytes.
 *
 * @param light The row, RGBA 0..1, premultiplied.
 * @param data Where its bytes go.
 * @param start The place of its first byte.
 */
export function fromLight(light: Float64Array, data: Uint8ClampedArray, start: number): void {
  for (let i = 0; i < light.length; i += 4) {
    const alpha = light[i + 3] ?? 0;
    if (alpha < LEAST_ALPHA) continue;
    const at = start + i;
    data[at] = toByte((light[i] ?? 0) / alpha);
    data[at + 1] = toByte((light[i + 1] ?? 0) / alpha);
    data[at + 2] = toByte((light[i + 2] ?? 0) / alpha);
    data[at + 3] = Math.round(255 * Math.min(1, alpha));
  }
}
