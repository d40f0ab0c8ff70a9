import { ImageError } from "./errors.ts";
import { outlineTiff, type TiffOutline } from "./probe_tiff.ts";
import { unpack } from "./tiff_unpack.ts";
import { blank } from "./transform.ts";
import type { Pixels } from "./types.ts";

/** Colours of a pixel by photometric interpretation: white, black, RGB, palette, CMYK. */
const COLOURS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4 };

/** Tiles may be wider than the picture, but not without end. */
const MOST_TILE = 1024;

/**
 * Decodes the first page of a TIFF: grey, palette, RGB and CMYK (plain formula) of up to 16 bits,
 * packed by LZW, deflate or PackBits, in strips or tiles.
 *
 * @param bytes The TIFF.
 * @returns Its pixels as stored, not turned.
 * @throws {ImageError} `unsupported_image` for other kinds.
 * @throws {RangeError} If data is missing.
 */
export function decodeTiff(bytes: Uint8Array): Pixels {
  const tiff = outlineTiff(bytes);
  assertSupported(tiff);
  const { stored: { width, height }, block } = tiff;
  if (block.width < 1 || block.height < 1 || block.width > width + MOST_TILE) {
    throw new RangeError(`strips of ${block.width} x ${block.height}`);
  }
  const pixels = blank(width, height);
  const across = Math.ceil(width / block.width);
  const count = across * Math.ceil(height / block.height);
  for (let i = 0; i < count; i++) {
    const x = (i % across) * block.width;
    const y = Math.floor(i / across) * block.height;
    const rows = Math.min(block.height, height - y);
    const samples = readBlock(bytes, tiff, { index: i, rows });
    for (let row = 0; row < rows; row++) {
      const line = samples.subarray(row * rowBytes(tiff), (row + 1) * rowBytes(tiff));
      paintRow(pixels, line, { tiff, x, y: y + row });
    }
  }
  return pixels;
}

function assertSupported(tiff: TiffOutline): void {
  const obstacle = findObstacle(tiff);
  if (obstacle) throw unsupported(obstacle);
}

/** What of a TIFF cannot be read. */
function findObstacle(tiff: TiffOutline): string | undefined {
  const { bits, photometric } = tiff;
  const [depth = 1] = bits;
  const colours = COLOURS[photometric];
  if (colours === undefined) return `of colours of kind ${photometric}`;
  if (tiff.planar !== 1 && bits.length > 1) return "of separate planes";
  if (tiff.sampleFormat !== 1) return "of samples that are no unsigned integers";
  if (tiff.fillOrder !== 1) return "of bits in reverse order";
  if (tiff.predictor !== 1 && (tiff.predictor !== 2 || depth < 8)) {
    return `of predictor ${tiff.predictor} and ${depth} bits`;
  }
  const depths = colours === 1 && bits.length === 1 ? [1, 2, 4, 8, 16] : [8, 16];
  const sound = bits.length >= colours && bits.length <= 5 && depths.includes(depth) &&
    bits.every((other) => other === depth) && (photometric !== 3 || depth <= 8);
  if (!sound) {
    return `of ${bits.length} samples of ${[...new Set(bits)].slice(0, 5).join(", ")} bits`;
  }
  const whole = photometric !== 3 || tiff.colorMap.length >= 3 << depth;
  return whole ? undefined : "without its whole palette";
}

function unsupported(what: string): ImageError {
  return new ImageError(
    "unsupported_image",
    `Cannot read a TIFF ${what}: grey, palette, RGB and CMYK of up to 16 bits are supported, ` +
      "in one plane, packed by LZW, deflate or PackBits",
  );
}

function rowBytes({ block, bits }: TiffOutline): number {
  return Math.ceil(block.width * bits.length * (bits[0] ?? 1) / 8);
}

function readBlock(
  bytes: Uint8Array,
  tiff: TiffOutline,
  { index, rows }: { readonly index: number; readonly rows: number },
): Uint8Array {
  const start = tiff.offsets[index];
  const length = tiff.lengths[index] ?? (tiff.compression === 1 ? bytes.length : undefined);
  if (start === undefined || length === undefined) throw new RangeError(`no strip ${index}`);
  const packed = bytes.subarray(start, start + length);
  const samples = unpack(packed, tiff.compression, { size: rows * rowBytes(tiff) });
  if (!samples) throw unsupported(`of compression ${tiff.compression}`);
  if (tiff.predictor === 2) undoDifferences(samples, tiff, rows);
  return samples;
}

/** TIFF 6.0, section 14. */
function undoDifferences(samples: Uint8Array, tiff: TiffOutline, rows: number): void {
  const step = tiff.bits.length;
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  const wide = tiff.bits[0] === 16;
  for (let row = 0; row < rows; row++) {
    const start = row * rowBytes(tiff);
    for (let i = step; i < step * tiff.block.width; i++) {
      if (wide) {
        const [at, before] = [start + 2 * i, start + 2 * (i - step)];
        const sum = view.getUint16(at, tiff.little) + view.getUint16(before, tiff.little);
        view.setUint16(at, sum, tiff.little);
      } else samples[start + i] = (samples[start + i] ?? 0) + (samples[start + i - step] ?? 0);
    }
  }
}

/** Where a row of samples goes. */
interface RowPlace {
  readonly tiff: TiffOutline;
  readonly x: number;
  readonly y: number;
}

function paintRow(pixels: Pixels, line: Uint8Array, { tiff, x, y }: RowPlace): void {
  const columns = Math.min(tiff.block.width, pixels.width - x);
  const { data } = pixels;
  const row: Row = { data, sample: sampler(line, tiff), colorMap: tiff.colorMap };
  const paint = PAINTERS[tiff.photometric] ?? paintGrey;
  const alphaAt = alphaIndex(tiff);
  const premultiplied = tiff.extraSamples[0] === 1;
  for (let column = 0; column < columns; column++) {
    const to = 4 * (y * pixels.width + x + column);
    const from = column * tiff.bits.length;
    paint(row, to, from);
    const alpha = alphaAt < 0 ? 255 : row.sample(from + alphaAt);
    if (premultiplied && alpha > 0) {
      for (let i = 0; i < 3; i++) data[to + i] = (data[to + i] ?? 0) * 255 / alpha;
    }
    data[to + 3] = alpha;
  }
}

/** Which sample is the transparency; -1: none. */
function alphaIndex({ photometric, extraSamples }: TiffOutline): number {
  const [kind] = extraSamples;
  return kind === 1 || kind === 2 ? COLOURS[photometric] ?? -1 : -1;
}

/** Reads the samples of a row: 0..255, but plain numbers for a palette. */
function sampler(line: Uint8Array, tiff: TiffOutline): (index: number) => number {
  const depth = tiff.bits[0] ?? 1;
  if (depth === 8) return (index) => line[index] ?? 0;
  if (depth === 16) {
    const view = new DataView(line.buffer, line.byteOffset, line.byteLength);
    return (index) => view.getUint16(2 * index, tiff.little) / 257;
  }
  const most = (1 << depth) - 1;
  const factor = tiff.photometric === 3 ? 1 : 255 / most;
  return (index) => {
    const bit = index * depth;
    return factor * (((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & most);
  };
}

/** A row that is painted. */
interface Row {
  /** RGBA of the whole picture. */
  readonly data: Uint8ClampedArray;
  /** The row's samples. */
  readonly sample: (index: number) => number;
  readonly colorMap: readonly number[];
}

/** Writes RGB at a byte, from the samples that start at an index. */
type Painter = (row: Row, to: number, from: number) => void;

const PAINTERS: Readonly<Record<number, Painter>> = {
  0: ({ data, sample }, to, from) => data.fill(255 - sample(from), to, to + 3),
  1: paintGrey,
  2: ({ data, sample }, to, from) => {
    for (let i = 0; i < 3; i++) data[to + i] = sample(from + i);
  },
  3: ({ data, sample, colorMap }, to, from) => {
    const at = sample(from);
    for (let i = 0; i < 3; i++) data[to + i] = (colorMap[at + i * colorMap.length / 3] ?? 0) / 257;
  },
  5: ({ data, sample }, to, from) => {
    const light = 255 - sample(from + 3);
    for (let i = 0; i < 3; i++) data[to + i] = (255 - sample(from + i)) * light / 255;
  },
};

function paintGrey({ data, sample }: Row, to: number, from: number): void {
  data.fill(sample(from), to, to + 3);
}
