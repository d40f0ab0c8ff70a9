import { ImageError } from "./errors.ts";
import type { Header } from "./probe.ts";
import type { Orientation } from "./types.ts";

/** A box of the ISO base media file format. */
interface Box {
  readonly name: string;
  /** Its content, as far as the file holds it. */
  readonly body: DataView;
}

/** What the primary picture of an AVIF is said to be. */
export interface AvifOutline extends Header {
  /** Contents of its `colr` boxes. */
  readonly colors: readonly DataView[];
}

/** Orientation by `irot` (quarter turns to the left), and by `imir` after it: none, axis 0, 1. */
const ORIENTATIONS: readonly (readonly [Orientation, Orientation, Orientation])[] = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

/**
 * Reads an AVIF's boxes: size, turns and colour of its primary picture (ISO/IEC 23008-12, section
 * 6; a `clap` box is not applied).
 *
 * @param bytes The AVIF.
 * @returns Its outline; width and height are after orientation.
 * @throws {ImageError} `unsupported_image` for a film without a still.
 * @throws {RangeError} If a box or the size is missing.
 */
export function outlineAvif(bytes: Uint8Array): AvifOutline {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta = find(boxes(file), "meta");
  if (!meta) {
    throw new ImageError("unsupported_image", "Cannot read this AVIF: it holds no still picture");
  }
  const parts = boxes(meta, 4);
  const primary = find(parts, "pitm");
  const properties = boxes(need(find(parts, "iprp"), "iprp"));
  const all = boxes(need(find(properties, "ipco"), "ipco"));
  const id = primary ? readId(primary, primary.getUint8(0)) : 0;
  const own = associations(need(find(properties, "ipma"), "ipma"), id)
    .flatMap((index) => all[index - 1] ?? []);
  const size = need(find(own, "ispe"), "ispe");
  const turns = (find(own, "irot")?.getUint8(0) ?? 0) & 3;
  const mirror = find(own, "imir");
  const orientation = ORIENTATIONS[turns]?.[mirror ? 1 + (mirror.getUint8(0) & 1) : 0] ?? 1;
  const sides = [size.getUint32(4), size.getUint32(8)];
  const [width = 0, height = 0] = orientation > 4 ? sides.reverse() : sides;
  const colors = own.filter(({ name }) => name === "colr").map(({ body }) => body);
  const alpha = all.some(({ name }) => name === "auxC");
  return { width, height, orientation, frames: 1, alpha, colors };
}

/** @returns The header alone, see {@linkcode outlineAvif}. */
export function probeAvif(bytes: Uint8Array): Header {
  const { colors: _, ...header } = outlineAvif(bytes);
  return header;
}

function boxes(view: DataView, from = 0): Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= view.byteLength;) {
    const short = view.getUint32(at);
    const header = short === 1 ? 16 : 8;
    const long = short === 1 ? Number(view.getBigUint64(at + 8)) : short;
    const length = Math.min(short === 0 ? Infinity : long, view.byteLength - at);
    if (length < header) throw new RangeError(`a box of ${length} bytes`);
    const name = String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + 4 + i)));
    const body = new DataView(view.buffer, view.byteOffset + at + header, length - header);
    found.push({ name, body });
    at += length;
  }
  return found;
}

function find(list: readonly Box[], name: string): DataView | undefined {
  return list.find((box) => box.name === name)?.body;
}

function need(body: DataView | undefined, name: string): DataView {
  if (!body) throw new RangeError(`there is no ${name} box`);
  return body;
}

function readId(body: DataView, version: number, at = 4): number {
  return version < 1 ? body.getUint16(at) : body.getUint32(at);
}

/** Numbers of an item's properties, from 1 (`ipma`, section 9.3.1). */
function associations(body: DataView, id: number): number[] {
  const version = body.getUint8(0);
  const wide = (body.getUint8(3) & 1) === 1;
  let at = 8;
  for (let entry = body.getUint32(4); entry > 0; entry--) {
    const item = readId(body, version, at);
    at += version < 1 ? 2 : 4;
    const count = body.getUint8(at++);
    const step = wide ? 2 : 1;
    if (item === id) {
      return Array.from(
        { length: count },
        (_, i) => wide ? body.getUint16(at + 2 * i) & 0x7fff : body.getUint8(at + i) & 0x7f,
      );
    }
    at += count * step;
  }
  throw new RangeError("the primary picture has no properties");
}
