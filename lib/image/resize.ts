import type { Size } from "./geometry.ts";
import { lanczosTaps, type Taps } from "./lanczos.ts";
import { TO_LINEAR, toByte } from "./srgb.ts";
import { blank } from "./transform.ts";
import type { Pixels } from "./types.ts";

/**
 * Resizes a picture: Lanczos of three lobes in linear light, transparency premultiplied. The picture
 * is read row by row: besides the result only as many narrowed rows are held as one new row needs.
 *
 * @param pixels The picture.
 * @param size The new size, at least 1 x 1.
 * @returns A picture of exactly that size; the picture itself where it has it.
 */
export function resize(pixels: Pixels, size: Size): Promise<Pixels> {
  const same = size.width === pixels.width && size.height === pixels.height;
  return Promise.resolve(same ? pixels : resample(pixels, size));
}

function resample(pixels: Pixels, { width, height }: Size): Pixels {
  const across = lanczosTaps(pixels.width, width);
  const down = lanczosTaps(pixels.height, height);
  const result = blank(width, height);
  const light = new Float32Array(4 * pixels.width);
  const ring = Array.from({ length: down.width }, () => new Float32Array(4 * width));
  const sum = new Float32Array(4 * width);
  let read = 0;
  for (let y = 0; y < height; y++) {
    const [start, count] = [down.starts[y] ?? 0, down.counts[y] ?? 0];
    sum.fill(0);
    for (let row = start; row < start + count; row++) {
      const narrowed = ring[row % down.width] ?? sum;
      if (row >= read) {
        toLight(pixels, row, light);
        narrow(light, across, narrowed);
        read = row + 1;
      }
      addRow(sum, narrowed, down.weights[y * down.width + row - start] ?? 0);
    }
    fromLight(sum, result.data, 4 * width * y);
  }
  return result;
}

/** A row as linear light, premultiplied, 0..1. */
function toLight({ width, data }: Pixels, row: number, light: Float32Array): void {
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

function narrow(light: Float32Array, taps: Taps, result: Float32Array): void {
  const { starts, counts, weights, width } = taps;
  for (let x = 0; x < starts.length; x++) {
    let [red, green, blue, alpha] = [0, 0, 0, 0];
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

function addRow(sum: Float32Array, row: Float32Array, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (row[i] ?? 0);
}

/** Below half a step of a byte nothing is seen, and its colour would be noise. */
const LEAST_ALPHA = 0.5 / 255;

function fromLight(light: Float32Array, data: Uint8ClampedArray, start: number): void {
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
