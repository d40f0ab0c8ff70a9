import type { Area, Size } from "./geometry.ts";
import type { Pixels } from "./types.ts";

/** Pixels by which sums of parts of pixels may be wrong. */
const ROUNDING = 1e-6;

/**
 * Refuses a size that no picture has.
 *
 * @param size Sides in pixels.
 * @throws {RangeError} If a side is not a whole number of at least 1.
 */
export function assertSides({ width, height }: Size): void {
  if ([width, height].every((side) => Number.isInteger(side) && side >= 1)) return;
  throw new RangeError(
    `Cannot use a size of ${width} x ${height}: sides are whole numbers of at least 1`,
  );
}

/**
 * Refuses a picture whose bytes do not fit its size: codecs read on behind them, in what their
 * memory holds of other pictures.
 *
 * @param pixels The picture.
 * @throws {RangeError} If a side is not a whole number of at least 1, or `data` not of
 *   `4 * width * height` bytes.
 */
export function assertPixels(pixels: Pixels): void {
  assertSides(pixels);
  const { width, height, data } = pixels;
  if (data.length === 4 * width * height) return;
  throw new RangeError(
    `Cannot use a picture of ${width} x ${height} with ${data.length} bytes: ` +
      "4 bytes per pixel (RGBA) are needed",
  );
}

/**
 * Refuses a rectangle that is not of whole pixels.
 *
 * @param area The rectangle.
 * @throws {RangeError} If an edge lies within a pixel, or a side is below 1.
 */
export function assertWhole(area: Area): void {
  assertSides(area);
  if (Number.isInteger(area.x) && Number.isInteger(area.y)) return;
  throw new RangeError(`Cannot start at ${area.x}, ${area.y}: whole pixels are needed`);
}

/**
 * Refuses a rectangle that is not inside another.
 *
 * @param part The rectangle, not necessarily of whole pixels.
 * @param whole Sides of what it has to be inside of.
 * @throws {RangeError} If it is empty or reaches beyond.
 */
export function assertInside({ x, y, width, height }: Area, whole: Size): void {
  if (isWithin(x, width, whole.width) && isWithin(y, height, whole.height)) return;
  throw new RangeError(
    `Cannot place ${width} x ${height} at ${x}, ${y} inside ${whole.width} x ${whole.height}`,
  );
}

function isWithin(start: number, length: number, whole: number): boolean {
  return start >= -ROUNDING && length > 0 && start + length <= whole + ROUNDING;
}

/**
 * @param quality The quality that is asked.
 * @throws {RangeError} If it is not from 1 to 100.
 */
export function assertQuality(quality: number): void {
  if (quality >= 1 && quality <= 100) return;
  throw new RangeError(`Cannot write with quality ${quality}: it must be from 1 to 100`);
}
