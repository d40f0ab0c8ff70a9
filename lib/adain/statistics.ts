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
  /**
   * What a style changes inside the decoder besides, `[M]`: factors and offsets of its inner maps,
   * 0 where nothing is changed. Absent from a content, and where the model has no modulation.
   */
  readonly modulation?: Float32Array<ArrayBuffer>;
}

/** How many numbers a style has, by model. */
export interface StyleShape {
  /** Channels of the features, C. */
  readonly channels: number;
  /** Numbers of the modulation, M. Default 0: the model has none. */
  readonly modulation?: number;
}

/**
 * Computes channel statistics of a feature map, accumulating in double precision.
 *
 * @param features Planar features `[C, positions]`, C channels one after the other.
 * @param channels The number of channels, C.
 * @returns Mean and standard deviation per channel.
 * @throws {RangeError} If `channels` is not a whole number of at least 1, the length not a multiple
 *   of it, or there are no positions.
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
  if (!Number.isInteger(channels) || !Number.isInteger(positions) || positions < 1) {
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
 * Takes the weighted mean of statistics, number by number.
 *
 * @param all Statistics of one model.
 * @param weights One weight each, with the sum 1.
 * @returns The mean of the means, of the deviations and of the modulations.
 * @throws {AdainError} `model_mismatch` if they differ in length.
 */
export function averageStatistics(
  all: readonly Statistics[],
  weights: readonly number[],
): Statistics {
  const mean = average(all.map((one) => one.mean), weights);
  const std = average(all.map((one) => one.std), weights);
  if (!all.some((one) => one.modulation)) return { mean, std };
  const modulation = average(all.map((one) => one.modulation ?? new Float32Array()), weights);
  return { mean, std, modulation };
}

function average(
  vectors: readonly Float32Array[],
  weights: readonly number[],
): Float32Array<ArrayBuffer> {
  const length = vectors[0]?.length ?? 0;
  const result = new Float32Array(length);
  vectors.forEach((vector, k) => {
    if (vector.length !== length) {
      throw new AdainError(
        "model_mismatch",
        `Cannot blend statistics of ${length} and ${vector.length} numbers: ` +
          "they come from different models",
      );
    }
    const weight = weights[k] ?? 0;
    vector.forEach((value, i) => result[i] = (result[i] ?? 0) + weight * value);
  });
  return result;
}

/**
 * Refuses statistics that would paint nonsense: wrong length, not finite, or a deviation that is
 * not positive.
 *
 * @param value The statistics of a style.
 * @param shape The model's numbers of channels and of modulation.
 * @throws {AdainError} `invalid_statistics` with the first fault found.
 */
export function assertStatistics(value: Statistics, shape: StyleShape): void {
  const { mean, std, modulation = new Float32Array() } = value;
  const expected = [shape.channels, shape.channels, shape.modulation ?? 0];
  if ([mean, std, modulation].some((part, i) => part.length !== expected[i])) {
    throw new AdainError(
      "invalid_statistics",
      `Cannot use statistics of ${mean.length} means, ${std.length} deviations and ` +
        `${modulation.length} modulations: the model has ${expected.join(", ")}`,
    );
  }
  for (let channel = 0; channel < mean.length; channel++) {
    const [m, s] = [mean[channel] ?? NaN, std[channel] ?? NaN];
    if (!Number.isFinite(m) || !Number.isFinite(s) || s <= 0) {
      throw new AdainError(
        "invalid_statistics",
        `Cannot use statistics whose channel ${channel} has mean ${m} and deviation ${s}: ` +
          "both must be finite and the deviation positive",
      );
    }
  }
  const wrong = modulation.find((number) => !Number.isFinite(number));
  if (wrong !== undefined) {
    throw new AdainError(
      "invalid_statistics",
      `Cannot use statistics with the modulation ${wrong}: all must be finite`,
    );
  }
}

/**
 * Writes statistics as one vector, as they are stored and sent: the means, the deviations, then the
 * modulation.
 *
 * @param value The statistics, C channels and M numbers of modulation.
 * @returns `8 C + 4 M` bytes of little-endian float32.
 */
export function packStatistics(value: Statistics): Uint8Array<ArrayBuffer> {
  const numbers = [...value.mean, ...value.std, ...value.modulation ?? []];
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  numbers.forEach((number, i) => view.setFloat32(4 * i, number, true));
  return new Uint8Array(view.buffer);
}

/**
 * Reads statistics that {@linkcode packStatistics} wrote.
 *
 * @param bytes `8 C + 4 M` bytes of little-endian float32: means, deviations, modulation.
 * @param shape The model's numbers of channels, C, and of modulation, M.
 * @returns The statistics, checked.
 * @throws {AdainError} `invalid_statistics` if the length or a value is wrong.
 */
export function unpackStatistics(bytes: Uint8Array, shape: StyleShape): Statistics {
  const { channels, modulation: modulated = 0 } = shape;
  const expected = 4 * (2 * channels + modulated);
  if (bytes.length !== expected) {
    throw new AdainError(
      "invalid_statistics",
      `Cannot read statistics of ${channels} channels and ${modulated} numbers of modulation: ` +
        `received ${bytes.length} bytes, expected ${expected}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (from: number, count: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * (from + i), true));
  const moments = { mean: read(0, channels), std: read(channels, channels) };
  const value = modulated === 0
    ? moments
    : { ...moments, modulation: read(2 * channels, modulated) };
  assertStatistics(value, shape);
  return value;
}
