import type { RgbaImage } from "../../lib/adain/mod.ts";
import { seededRandom } from "./random.ts";

/**
 * Draws a picture with structure at several scales: gradients, waves, blocks and noise.
 *
 * @param width Pixels per row.
 * @param height Rows.
 * @param seed Changes colours and places.
 * @returns The picture, opaque.
 */
export function drawPicture(width: number, height: number, seed: number): RgbaImage {
  const random = seededRandom(seed);
  const data = new Uint8ClampedArray(4 * width * height);
  const waves = Array.from({ length: 3 }, () => ({
    x: 0.02 + 0.15 * random(),
    y: 0.02 + 0.15 * random(),
    phase: 6 * random(),
  }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const block = ((x >> 5) + (y >> 5)) % 2 === 0 ? 30 : -30;
      waves.forEach((wave, channel) => {
        const value = 128 + 70 * Math.sin(wave.x * x + wave.y * y + wave.phase) + block;
        data[4 * (y * width + x) + channel] = value + 20 * (random() - 0.5);
      });
      data[4 * (y * width + x) + 3] = 255;
    }
  }
  return { width, height, data };
}

/**
 * Largest absolute difference of two pictures over all bytes.
 *
 * @param a One picture.
 * @param b Another of the same size.
 * @returns 0..255.
 */
export function largestDifference(a: RgbaImage, b: RgbaImage): number {
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) {
    largest = Math.max(largest, Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0)));
  }
  return largest;
}

/**
 * Mean absolute difference of two pictures over RGB.
 *
 * @param a One picture.
 * @param b Another of the same size.
 * @returns 0..255.
 */
export function meanDifference(a: RgbaImage, b: RgbaImage): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (i % 4 !== 3) sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
  }
  return sum / (0.75 * a.data.length);
}
