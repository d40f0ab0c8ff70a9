import { isOrientation } from "./exif.ts";
import type { Header } from "./probe.ts";

/** Tags of TIFF 6.0 (section 8 on), of its supplements, and of ICC.1 (annex B.4). */
const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripLengths: 279,
  planar: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileLengths: 325,
  extraSamples: 338,
  sampleFormat: 339,
  profile: 34675,
} as const;

/** Bytes of one value, by the number of its type: BYTE, ASCII, SHORT, LONG, UNDEFINED. */
const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 7: 1 };

/** What the first directory of a TIFF says; names are those of TIFF 6.0. */
export interface TiffOutline extends Header {
  /** Whether numbers are stored with their low byte first. */
  readonly little: boolean;
  /** Columns and rows as stored, before orientation. */
  readonly stored: { readonly width: number; readonly height: number };
  /** Bits of each sample of a pixel. */
  readonly bits: readonly number[];
  /** 1 none, 5 LZW, 8 and 32946 deflate, 32773 PackBits, others. */
  readonly compression: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK, others. */
  readonly photometric: number;
  /** 1: samples of a pixel lie together. */
  readonly planar: number;
  /** 2: rows are differences. */
  readonly predictor: number;
  /** 1: the high bit comes first. */
  readonly fillOrder: number;
  /** 1 unsigned integers, others. */
  readonly sampleFormat: number;
  /** What samples beyond the colours mean: 1 premultiplied alpha, 2 alpha, others. */
  readonly extraSamples: readonly number[];
  /** Reds, greens, blues of the palette, 0..65535. */
  readonly colorMap: readonly number[];
  /** Size of a strip or tile, in pixels. */
  readonly block: { readonly width: number; readonly height: number };
  /** Where each strip or tile starts, in bytes. */
  readonly offsets: readonly number[];
  /** Its length, in bytes. */
  readonly lengths: readonly number[];
  /** The ICC profile. */
  readonly profile: Uint8Array;
}

/**
 * Reads a TIFF's size.
 *
 * @param bytes The TIFF.
 * @returns Its header; width and height are after orientation.
 * @throws {RangeError} If its first directory lies beyond its end.
 */
export function probeTiff(bytes: Uint8Array): Header {
  return readHeader(readDirectory(bytes));
}

/**
 * Reads the first directory of a TIFF; further pages are left out.
 *
 * @param bytes The TIFF.
 * @returns Its outline.
 * @throws {RangeError} If its first directory lies beyond its end.
 */
export function outlineTiff(bytes: Uint8Array): TiffOutline {
  const directory = readDirectory(bytes);
  const { fields, little } = directory;
  const all = (tag: Tag): number[] => readAll(directory, tag);
  const one = (tag: Tag, otherwise: number): number => readOne(directory, tag, otherwise);
  const stored = { width: one("width", 0), height: one("height", 0) };
  const tiled = fields.has(TAG.tileOffsets);
  const bits = all("bits");
  const profile = fields.get(TAG.profile);
  return {
    ...readHeader(directory),
    little,
    stored,
    bits: bits.length > 0 ? bits : Array<number>(Math.min(8, one("samples", 1))).fill(1),
    compression: one("compression", 1),
    photometric: one("photometric", 1),
    planar: one("planar", 1),
    predictor: one("predictor", 1),
    fillOrder: one("fillOrder", 1),
    sampleFormat: one("sampleFormat", 1),
    extraSamples: all("extraSamples"),
    colorMap: all("colorMap"),
    block: tiled
      ? { width: one("tileWidth", 0), height: one("tileHeight", 0) }
      : { width: stored.width, height: Math.min(stored.height, one("rowsPerStrip", 2 ** 32 - 1)) },
    offsets: all(tiled ? "tileOffsets" : "stripOffsets"),
    lengths: all(tiled ? "tileLengths" : "stripLengths"),
    profile: bytes.subarray(profile?.at ?? 0, (profile?.at ?? 0) + (profile?.count ?? 0)),
  };
}

/** Where the values of a tag are. */
interface Field {
  readonly at: number;
  readonly count: number;
  /** Bytes of one value. */
  readonly size: number;
}

/** Where a TIFF's tags are. */
interface Directory {
  readonly view: DataView;
  readonly little: boolean;
  readonly fields: ReadonlyMap<number, Field>;
}

type Tag = keyof typeof TAG;

/** Finds the known tags; of a repeated tag the first counts. */
function readDirectory(bytes: Uint8Array): Directory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const known: ReadonlySet<number> = new Set(Object.values(TAG));
  const directory = view.getUint32(4, little);
  const fields = new Map<number, Field>();
  for (let i = 0; i < view.getUint16(directory, little); i++) {
    const entry = directory + 2 + 12 * i;
    const tag = view.getUint16(entry, little);
    const size = TYPE_BYTES[view.getUint16(entry + 2, little)];
    if (!known.has(tag) || fields.has(tag) || size === undefined) continue;
    const count = view.getUint32(entry + 4, little);
    const at = count * size <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
    if (at + count * size > view.byteLength) throw new RangeError("a tag lies beyond the end");
    fields.set(tag, { at, count, size });
  }
  return { view, little, fields };
}

function readHeader(directory: Directory): Header {
  const sides = [readOne(directory, "width", 0), readOne(directory, "height", 0)];
  const turn = readOne(directory, "orientation", 1);
  const orientation = isOrientation(turn) ? turn : 1;
  const [width = 0, height = 0] = orientation > 4 ? sides.reverse() : sides;
  const alpha = readAll(directory, "extraSamples").some((kind) => kind === 1 || kind === 2);
  return { width, height, orientation, frames: 1, alpha };
}

/** The most values of a tag: tiles of 16 x 16 in 24 megapixels, a palette of 16 bits. */
const MOST_VALUES = 200_000;

function readAll({ view, little, fields }: Directory, tag: Tag): number[] {
  const field = fields.get(TAG[tag]);
  if (!field) return [];
  const { at, count, size } = field;
  if (count > MOST_VALUES) throw new RangeError(`a tag of ${count} values`);
  return Array.from({ length: count }, (_, i) => readValue(view, at + size * i, { size, little }));
}

function readOne({ view, little, fields }: Directory, tag: Tag, otherwise: number): number {
  const field = fields.get(TAG[tag]);
  return field && field.count > 0
    ? readValue(view, field.at, { size: field.size, little })
    : otherwise;
}

function readValue(
  view: DataView,
  at: number,
  { size, little }: { readonly size: number; readonly little: boolean },
): number {
  if (size === 1) return view.getUint8(at);
  return size === 2 ? view.getUint16(at, little) : view.getUint32(at, little);
}
