import { largestSequence } from "./av1.ts";
import { type Box, boxes, find, need, readId, readName } from "./isobmff.ts";
import { concat } from "../concat.ts";

/** A grid has up to 256 tiles, each with its transparency. */
const MOST_ITEMS = 1000;

/**
 * Finds the largest coded picture of an AVIF: its decoder allocates what the AV1 data says, whatever
 * the file's own header says.
 *
 * @param bytes The AVIF.
 * @returns The pixels of the largest AV1 picture among its items.
 * @throws {RangeError} If its items or their data are damaged.
 */
export function codedPixels(bytes: Uint8Array): number {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = boxes(need(find(boxes(file), "meta"), "meta"), 4);
  const pictures = av1Items(need(find(parts, "iinf"), "iinf"));
  let largest = 0;
  for (const { id, data } of items(bytes, parts)) {
    if (pictures.has(id)) largest = Math.max(largest, largestSequence(data));
  }
  return largest;
}

/** Numbers of the items that are AV1 pictures (ISO/IEC 14496-12, section 8.11.6). */
function av1Items(body: DataView): Set<number> {
  const found = new Set<number>();
  for (const { body: entry } of boxes(body, body.getUint8(0) > 0 ? 8 : 6)) {
    const wide = entry.getUint8(0) > 2;
    if (readName(entry, wide ? 10 : 8) === "av01") found.add(readId(entry, wide, 4));
  }
  return found;
}

/** Data of all items (section 8.11.3). */
function* items(
  bytes: Uint8Array,
  parts: readonly Box[],
): Generator<{ readonly id: number; readonly data: Uint8Array }> {
  const body = need(find(parts, "iloc"), "iloc");
  const version = body.getUint8(0);
  const reader = new FieldReader(body, 6);
  const sizes = [body.getUint8(4) >> 4, body.getUint8(4) & 15, body.getUint8(5) >> 4];
  const [offsetSize = 0, lengthSize = 0, baseSize = 0] = sizes;
  const indexSize = version > 0 ? body.getUint8(5) & 15 : 0;
  const count = reader.read(version < 2 ? 2 : 4);
  if (count > MOST_ITEMS) throw new RangeError(`${count} items`);
  let copied = 0;
  for (let i = 0; i < count; i++) {
    const id = reader.read(version < 2 ? 2 : 4);
    const inside = version > 0 && (reader.read(2) & 15) === 1;
    const source = inside ? bytesOf(need(find(parts, "idat"), "idat")) : bytes;
    reader.read(2);
    const base = reader.read(baseSize);
    const pieces: Uint8Array[] = [];
    for (let extents = reader.read(2); extents > 0; extents--) {
      reader.read(indexSize);
      const start = base + reader.read(offsetSize);
      const length = reader.read(lengthSize) || source.length;
      pieces.push(source.subarray(start, start + length));
    }
    const [only] = pieces;
    if (pieces.length > 1) copied += pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (copied > bytes.length) throw new RangeError("items overlap");
    if (only) yield { id, data: pieces.length > 1 ? concat(pieces) : only };
  }
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Reads numbers of 0, 2, 4 or 8 bytes one after the other. */
class FieldReader {
  readonly #view: DataView;
  #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  read(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (size === 0) return 0;
    if (size === 2) return this.#view.getUint16(at);
    return size === 4 ? this.#view.getUint32(at) : Number(this.#view.getBigUint64(at));
  }
}
