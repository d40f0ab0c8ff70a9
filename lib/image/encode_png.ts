import { crc32, deflateSync } from "node:zlib";
import { concat } from "../concat.ts";
import type { Pixels } from "./types.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Writes a PNG of 8 bits: grey where the picture is, without transparency where it has none, and
 * without the colours of what is wholly transparent.
 *
 * @param pixels The picture.
 * @param level Compression, 0 to 9.
 * @returns The PNG, without any metadata.
 */
export function encodePng(pixels: Pixels, level: number): Uint8Array<ArrayBuffer> {
  const { type, channels } = chooseColour(pixels);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, pixels.width);
  view.setUint32(4, pixels.height);
  header.set([8, type], 8);
  return concat([
    SIGNATURE,
    ...chunk("IHDR", header),
    ...chunk("IDAT", deflateSync(filterRows(pixels, channels), { level })),
    ...chunk("IEND", new Uint8Array(0)),
  ]);
}

function chunk(name: string, body: Uint8Array): Uint8Array[] {
  const content = concat([new TextEncoder().encode(name), body]);
  const ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, body.length);
  ends.setUint32(4, crc32(content));
  const bytes = new Uint8Array(ends.buffer);
  return [bytes.subarray(0, 4), content, bytes.subarray(4)];
}

/** A colour type (PNG specification, section 11.2.1), and which bytes of a pixel it has. */
interface Colour {
  readonly type: 0 | 2 | 4 | 6;
  readonly channels: readonly number[];
}

function chooseColour({ data }: Pixels): Colour {
  let [grey, opaque] = [true, true];
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3];
    if (alpha !== 255) opaque = false;
    if (alpha !== 0 && (data[i] !== data[i + 1] || data[i] !== data[i + 2])) grey = false;
  }
  if (grey) return opaque ? { type: 0, channels: [0] } : { type: 4, channels: [0, 3] };
  return opaque ? { type: 2, channels: [0, 1, 2] } : { type: 6, channels: [0, 1, 2, 3] };
}

/** A row's bytes as each filter leaves them, by the filters' numbers (section 9.2). */
type Filtered = readonly [
  none: Int8Array,
  sub: Int8Array,
  up: Int8Array,
  average: Int8Array,
  paeth: Int8Array,
];

/**
 * Filters each row by what leaves the least sum of differences (section 12.7): photographs and
 * paintings get a quarter smaller by it, pages of text up to a tenth larger.
 */
function filterRows({ width, height, data }: Pixels, channels: readonly number[]): Uint8Array {
  const step = channels.length;
  const length = step * width;
  const empty = (): Int8Array => new Int8Array(length);
  const filtered: Filtered = [empty(), empty(), empty(), empty(), empty()];
  const result = new Uint8Array((1 + length) * height);
  // Before a row is a pixel of zeros, and above the first one a row of them.
  let row = new Uint8Array(step + length);
  let above = new Uint8Array(step + length);
  for (let y = 0; y < height; y++) {
    readRow(data.subarray(4 * y * width, 4 * (y + 1) * width), channels, row);
    applyFilters(filtered, row, { above, step });
    const sums = filtered.map(sumOfDifferences);
    const filter = sums.indexOf(Math.min(...sums));
    result[y * (1 + length)] = filter;
    result.set(filtered[filter] ?? [], y * (1 + length) + 1);
    [row, above] = [above, row];
  }
  return result;
}

function readRow(data: Uint8ClampedArray, channels: readonly number[], row: Uint8Array): void {
  let to = channels.length;
  for (let i = 0; i < data.length; i += 4) {
    const visible = data[i + 3] !== 0;
    for (const channel of channels) row[to++] = visible ? data[i + channel] ?? 0 : 0;
  }
}

function applyFilters(
  [none, sub, up, average, paeth]: Filtered,
  row: Uint8Array,
  { above, step }: { readonly above: Uint8Array; readonly step: number },
): void {
  for (let i = 0; i < none.length; i++) {
    const value = row[step + i] ?? 0;
    const [left, over, corner] = [row[i] ?? 0, above[step + i] ?? 0, above[i] ?? 0];
    none[i] = value;
    sub[i] = value - left;
    up[i] = value - over;
    average[i] = value - ((left + over) >> 1);
    paeth[i] = value - nearest(left, over, corner);
  }
}

/** Which of three neighbours is nearest to what a plane through them goes on with (section 9.4). */
function nearest(left: number, over: number, corner: number): number {
  const toLeft = Math.abs(over - corner);
  const toOver = Math.abs(left - corner);
  const toCorner = Math.abs(left + over - 2 * corner);
  if (toLeft <= toOver && toLeft <= toCorner) return left;
  return toOver <= toCorner ? over : corner;
}

function sumOfDifferences(row: Int8Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += Math.abs(row[i] ?? 0);
  return sum;
}
