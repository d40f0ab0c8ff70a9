import { assertParts } from "./parts.ts";

/** A box of the ISO base media file format (ISO/IEC 14496-12, section 4.2). */
export interface Box {
  /** Four characters. */
  readonly name: string;
  /** Its content, as far as the file holds it. */
  readonly body: DataView;
}

/**
 * @param view What holds boxes.
 * @param from Where the first starts, in bytes.
 * @returns The boxes in their order.
 * @throws {RangeError} If a box is shorter than its own header, or there are more than a picture has.
 */
export function boxes(view: DataView, from = 0): Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= view.byteLength;) {
    const short = view.getUint32(at);
    const header = short === 1 ? 16 : 8;
    const long = short === 1 ? Number(view.getBigUint64(at + 8)) : short;
    const length = Math.min(short === 0 ? Infinity : long, view.byteLength - at);
    if (length < header) throw new RangeError(`a box of ${length} bytes`);
    const name = readName(view, at + 4);
    const body = new DataView(view.buffer, view.byteOffset + at + header, length - header);
    found.push({ name, body });
    assertParts(found.length);
    at += length;
  }
  return found;
}

/**
 * @param list Boxes.
 * @param name Four characters.
 * @returns The content of the first of that name.
 */
export function find(list: readonly Box[], name: string): DataView | undefined {
  return list.find((box) => box.name === name)?.body;
}

/**
 * @param body What {@linkcode find} found.
 * @param name Four characters, for the message.
 * @returns The same.
 * @throws {RangeError} If nothing was found.
 */
export function need(body: DataView | undefined, name: string): DataView {
  if (!body) throw new RangeError(`there is no ${name} box`);
  return body;
}

/**
 * @param body A box's content.
 * @param wide Whether numbers of items have 32 bits instead of 16.
 * @param at Where the number is, in bytes.
 * @returns The number of an item.
 */
export function readId(body: DataView, wide: boolean, at: number): number {
  return wide ? body.getUint32(at) : body.getUint16(at);
}

/**
 * @param view What to read.
 * @param at Where four characters are, in bytes.
 * @returns The characters.
 */
export function readName(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}
