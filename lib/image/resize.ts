import { assertInside, assertPixels, assertSides } from "./checks.ts";
import type { Area, Size } from "./geometry.ts";
import { lanczosTaps } from "./lanczos.ts";
import { addRow, fromLight, narrow, toLight } from "./light_rows.ts";
import { blank, crop } from "./transform.ts";
import type { Pixels } from "./types.ts";

/**
 * Resizes a picture, or a part of it: Lanczos of three lobes in linear light, transparency
 * premultiplied. The picture is read row by row: besides the result only as many narrowed rows are
 * held as one new row needs.
 *
 * @param pixels The picture.
 * @param size The new size, whole pixels, at least 1 x 1.
 * @param part What of the picture is kept, inside it, in its pixels, not necessarily whole ones.
 *   Default: all.
 * @returns A picture of exactly that size; the picture itself where nothing changes.
 * @throws {RangeError} If the bytes do not fit the sides, the size cannot be had, or the part is not
 *   inside.
 */
export function resize(pixels: Pixels, size: Size, part?: Area): Promise<Pixels> {
  return Promise.try(resizeNow, pixels, size, part);
}

function resizeNow(pixels: Pixels, size: Size, part?: Area): Pixels {
  const area = part ?? { x: 0, y: 0, width: pixels.width, height: pixels.height };
  assertPixels(pixels);
  assertSides(size);
  assertInside(area, pixels);
  const same = size.width === area.width && size.height === area.height;
  const whole = same && Number.isInteger(area.x) && Number.isInteger(area.y);
  return whole ? crop(pixels, area) : resample(pixels, size, area);
}

function resample(pixels: Pixels, { width, height }: Size, area: Area): Pixels {
  const across = lanczosTaps({ start: area.x, length: area.width }, width);
  const down = lanczosTaps({ start: area.y, length: area.height }, height);
  const result = blank(width, height);
  const light = new Float64Array(4 * pixels.width);
  const ring = Array.from({ length: down.width }, () => new Float64Array(4 * width));
  const sum = new Float64Array(4 * width);
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
