import { AdainError } from "./errors.ts";

/** Added to the variance before the square root, so that flat channels stay divisible. */
export const EPSILON = 1e-5;

/**
 * A style, or a content, as AdaIN sees it: the mean and standard deviation of each feature channel
 * (Huang & Belongie 2017, section 5; unbiased variance plus {@linkcode EPSILON}).
 */
export interface Statistics {
  /** Channel means, `[C]`. */
  readonly mean: Float32Array<ArrayBuffer>;
  /** Channel standard deviations, `[C]`, all positive. */
  readonly std: Float32Array<ArrayBuffer>;
}

/**
 * Computes channel statistics of a feature map, accumulating in double precision.
 *
 * @param features Planar features `[C, positions]`, C channels one after the other.
 * @param channels The number of channels, C.
 * @returns Mean and standard deviation per channel.
 * @throws {RangeError} If the length is not a multiple of `channels`, or there are no positions.
 *
 * @example Two channels of four positions
 * ```ts
 * import { statistics } from "./statistics.ts";
 * import assert from "node:assert/strict";
 *
 * const { mean } = statistics(Float32Array.of(1, 2, 3, 4, 10, 10, 10, 10), 2);
 * assert.deepEqual([...mean], [2.5, 10]);
 * ```
 */
export function statistics(features: Float32Array, channels: number): Statistics {
  const positions = features.length / channels;
  if (!Number.isInteger(positions) || positions === 0) {
    throw new RangeError(
      `Cannot compute statistics of ${channels} channels: received ${features.length} values`,
    );
  }
  const mean = new Float32Array(channels);
  const std = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const plane = features.subarray(channel * positions, (channel + 1) * positions);
    let sum = 0;
    for (const value of plane) sum += value;
    const average = sum / positions;
    let squares = 0;
    for (const value of plane) squares += (value - average) ** 2;
    mean[channel] = average;
    std[channel] = Math.sqrt(squares / Math.max(1, positions - 1) + EPSILON);
  }
  return { mean, std };
}

/**
 * Takes the weighted mean of statistics, channel by channel.
 *
 * @param all Statistics of one model.
 * @param weights One weight each, with the sum 1.
 * @returns The mean of the means and of the deviations.
 * @throws {AdainError} `model_mismatch` if the numbers of channels differ.
 */
export function averageStatistics(
  all: readonly Statistics[],
  weights: readonly number[],
): Statistics {
  const channels = all[0]?.mean.length ?? 0;
  const mean = new Float32Array(channels);
  const std = new Float32Array(channels);
  all.forEach((statistics, k) => {
    if (statistics.mean.length !== channels) {
      throw new AdainError(
        "model_mismatch",
        `Cannot blend statistics of ${channels} and ${statistics.mean.length} channels: ` +
          "they come from different models",
      );
    }
    const weight = weights[k] ?? 0;
    for (let channel = 0; channel < channels; channel++) {
      mean[channel] = (mean[channel] ?? 0) + weight * (statistics.mean[channel] ?? 0);
      std[channel] = (std[channel] ?? 0) + weight * (statistics.std[channel] ?? 0);
    }
  });
  return { mean, std };
}

/**
 * Refuses statistics that would paint nonsense: wrong length, not finite, or a deviation that is
 * not positive.
 *
 * @param value The statistics to check.
 * @param channels The number of channels of the model.
 * @throws {AdainError} `invalid_statistics` with the first fault found.
 */
export function assertStatistics(value: Statistics, channels: number): void {
  const { mean, std } = value;
  if (mean.length !== channels || std.length !== channels) {
    throw new AdainError(
      "invalid_statistics",
      `Cannot use statistics of ${mean.length} means and ${std.length} deviations: ` +
        `the model has ${channels} channels`,
    );
  }
  for (let channel = 0; channel < channels; channel++) {
    const [m, s] = [mean[channel] ?? NaN, std[channel] ?? NaN];
    if (!Number.isFinite(m) || !Number.isFinite(s) || s <= 0) {
      throw new AdainError(
        "invalid_statistics",
        `Cannot use statistics whose channel ${channel} has mean ${m} and deviation ${s}: ` +
          "both must be finite and the deviation positive",
      );
    }
  }
}

/**
 * Writes statistics as one vector, as they are stored and sent: the means, then the deviations.
 *
 * @param value The statistics, C channels.
 * @returns `8 C` bytes of little-endian float32.
 */
export function packStatistics(value: Statistics): Uint8Array<ArrayBuffer> {
  const channels = value.mean.length;
  const view = new DataView(new ArrayBuffer(8 * channels));
  value.mean.forEach((m, channel) => view.setFloat32(4 * channel, m, true));
  value.std.forEach((s, channel) => view.setFloat32(4 * (channels + channel), s, true));
  return new Uint8Array(view.buffer);
}

/**
 * Reads statistics that {@linkcode packStatistics} wrote.
 *
 * @param bytes `8 C` bytes of little-endian float32, means then deviations.
 * @param channels The number of channels of the model, C.
 * @returns The statistics, checked.
 * @throws {AdainError} `invalid_statistics` if the length or a value is wrong.
 */
export function unpackStatistics(bytes: Uint8Array, channels: number): Statistics {
  if (bytes.length !== 8 * channels) {
    throw new AdainError(
      "invalid_statistics",
      `Cannot read statistics of ${channels} channels: ` +
        `received ${bytes.length} bytes, expected ${8 * channels}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (from: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: channels }, (_, i) => view.getFloat32(4 * (from + i), true));
  const value = { mean: read(0), std: read(channels) };
  assertStatistics(value, channels);
  return value;
}
