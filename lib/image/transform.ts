import { assertInside, assertPixels, assertWhole } from "./checks.ts";
import type { Area } from "./geometry.ts";
import type { Orientation, Pixels } from "./types.ts";

/**
 * Makes a transparent picture.
 *
 * @param width Columns.
 * @param height Rows.
 * @returns The picture.
 */
export function blank(width: number, height: number): Pixels {
  return { width, height, data: new Uint8ClampedArray(4 * width * height) };
}

/**
 * @param pixels A picture.
 * @returns Whether nothing of it is transparent.
 */
export function isOpaque({ data }: Pixels): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/**
 * Cuts a rectangle out.
 *
 * @param pixels The picture.
 * @param area The rectangle, of whole pixels, inside the picture.
 * @returns The part; the picture itself where it is all of it.
 * @throws {RangeError} If the bytes do not fit the sides, or the rectangle is not inside.
 */
export function crop(pixels: Pixels, area: Area): Pixels {
  assertPixels(pixels);
  assertWhole(area);
  assertInside(area, pixels);
  if (area.width === pixels.width && area.height === pixels.height) return pixels;
  const part = blank(area.width, area.height);
  for (let row = 0; row < area.height; row++) {
    const start = 4 * ((area.y + row) * pixels.width + area.x);
    part.data.set(pixels.data.subarray(start, start + 4 * area.width), 4 * row * area.width);
  }
  return part;
}

/**
 * Places a picture on a larger transparent canvas.
 *
 * @param pixels The picture.
 * @param canvas The canvas's size, and where the picture lies in it, in whole pixels.
 * @returns The canvas; the picture itself where the sizes are equal.
 * @throws {RangeError} If the bytes do not fit the sides, or the picture is not inside the canvas.
 */
export function pad(pixels: Pixels, canvas: Area): Pixels {
  assertPixels(pixels);
  assertWhole(canvas);
  assertInside({ ...canvas, width: pixels.width, height: pixels.height }, canvas);
  if (canvas.width === pixels.width && canvas.height === pixels.height) return pixels;
  const whole = blank(canvas.width, canvas.height);
  for (let row = 0; row < pixels.height; row++) {
    const start = 4 * row * pixels.width;
    const line = pixels.data.subarray(start, start + 4 * pixels.width);
    whole.data.set(line, 4 * ((canvas.y + row) * canvas.width + canvas.x));
  }
  return whole;
}

/**
 * Puts a picture on a background.
 *
 * @param pixels The picture; it is not changed.
 * @param background RGB, 0..255 each.
 * @returns An opaque picture.
 */
export function compositeOn(
  pixels: Pixels,
  background: readonly [red: number, green: number, blue: number],
): Pixels {
  const data = new Uint8ClampedArray(pixels.data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = (pixels.data[i + 3] ?? 0) / 255;
    background.forEach((value, channel) => {
      data[i + channel] = alpha * (pixels.data[i + channel] ?? 0) + (1 - alpha) * value;
    });
    data[i + 3] = 255;
  }
  return { width: pixels.width, height: pixels.height, data };
}

/**
 * Turns a stored picture upright.
 *
 * @param pixels The picture as stored.
 * @param orientation How it is turned (EXIF tag 274).
 * @returns The picture as it is meant.
 * @throws {RangeError} If the bytes do not fit the sides.
 */
export function orient(pixels: Pixels, orientation: Orientation): Pixels {
  assertPixels(pixels);
  if (orientation === 1) return pixels;
  const { width, height } = pixels;
  const turned = orientation > 4;
  const result = turned ? blank(height, width) : blank(width, height);
  const from = new Uint32Array(pixels.data.buffer, pixels.data.byteOffset, width * height);
  const to = new Uint32Array(result.data.buffer);
  const mirrorX = [2, 3, 7, 8].includes(orientation);
  const mirrorY = [3, 4, 6, 7].includes(orientation);
  const origin = (mirrorY ? (height - 1) * width : 0) + (mirrorX ? width - 1 : 0);
  const [column, row] = [mirrorX ? -1 : 1, mirrorY ? -width : width];
  const [stepX, stepY] = turned ? [row, column] : [column, row];
  for (let y = 0; y < result.height; y++) {
    const start = origin + y * stepY;
    const line = y * result.width;
    for (let x = 0; x < result.width; x++) to[line + x] = from[start + x * stepX] ?? 0;
  }
  return result;
}
