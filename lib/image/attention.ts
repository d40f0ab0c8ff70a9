import type { Area } from "./geometry.ts";
import type { Pixels } from "./types.ts";

/** Cells along the longer side into which a picture is divided to be looked at. */
const CELLS = 64;

/**
 * Moves a part to where a picture has most to see: strong edges, and colours that are not grey.
 *
 * @param pixels The picture.
 * @param part A part of it, in pixels.
 * @returns A part of the same size inside the picture.
 */
export function moveToAttention(pixels: Pixels, part: Area): Area {
  const cell = Math.max(1, Math.max(pixels.width, pixels.height) / CELLS);
  const { columns, rows } = interest(pixels, cell);
  const x = Math.min(pixels.width - part.width, cell * busiest(columns, part.width / cell));
  const y = Math.min(pixels.height - part.height, cell * busiest(rows, part.height / cell));
  // Whole pixels: a part that keeps its size is then a copy.
  return { ...part, x: Math.max(0, Math.floor(x)), y: Math.max(0, Math.floor(y)) };
}

/** How much there is to see in each column and each row of cells. */
function interest(
  { width, height, data }: Pixels,
  cell: number,
): { columns: Float64Array; rows: Float64Array } {
  const columns = new Float64Array(Math.ceil(width / cell));
  const rows = new Float64Array(Math.ceil(height / cell));
  // Every second pixel says enough.
  for (let y = 0; y + 1 < height; y += 2) {
    for (let x = 0; x + 1 < width; x += 2) {
      const at = 4 * (y * width + x);
      const seen = interestAt(data, at, 4 * width) * (data[at + 3] ?? 0);
      const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
      columns[column] = (columns[column] ?? 0) + seen;
      rows[row] = (rows[row] ?? 0) + seen;
    }
  }
  return { columns, rows };
}

/** Difference to the neighbours in green, which stands for light, and half of the colour's strength. */
function interestAt(data: Uint8ClampedArray, at: number, below: number): number {
  const red = data[at] ?? 0;
  const green = data[at + 1] ?? 0;
  const blue = data[at + 2] ?? 0;
  const edge = Math.abs(green - (data[at + 5] ?? 0)) +
    Math.abs(green - (data[at + below + 1] ?? 0));
  return edge + (Math.max(red, green, blue) - Math.min(red, green, blue)) / 4;
}

/** Where a window of this length sees most; in the middle of equal places. */
function busiest(cells: Float64Array, length: number): number {
  const span = Math.min(cells.length, Math.max(1, Math.round(length)));
  const last = cells.length - span;
  const sums = Array.from(
    { length: last + 1 },
    (_, start) => cells.subarray(start, start + span).reduce((sum, value) => sum + value, 0),
  );
  const most = Math.max(...sums) * (1 - 1e-9);
  const best = sums.flatMap((sum, start) => sum >= most ? [start] : []);
  return best[best.length >> 1] ?? 0;
}
