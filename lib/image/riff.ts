import { concat } from "../concat.ts";
import type { Chunk } from "./chunks.ts";

/** A chunk to be written. */
export type Part = Pick<Chunk, "name" | "body">;

/** What the extended header of a WebP says (RFC 9649, section 2.7). */
export interface WebpHeader {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Whether there may be transparency. */
  readonly alpha: boolean;
  /** Whether there are frames. */
  readonly animated?: boolean;
  /** The chunks after the header. */
  readonly parts: readonly Part[];
}

/**
 * Writes a WebP of the extended format.
 *
 * @param header Its header and its chunks.
 * @returns The file.
 */
export function webpFile(header: WebpHeader): Uint8Array<ArrayBuffer> {
  const extended = new Uint8Array(10);
  const view = new DataView(extended.buffer);
  view.setUint8(0, (header.alpha ? 16 : 0) | (header.animated ? 2 : 0));
  setUint24(view, 4, header.width - 1);
  setUint24(view, 7, header.height - 1);
  const content = writeChunks([{ name: "VP8X", body: extended }, ...header.parts]);
  return writeChunks([{ name: "RIFF", body: concat([ascii("WEBP"), content]) }]);
}

/**
 * Writes chunks one after the other, each padded to an even length.
 *
 * @param parts The chunks.
 * @returns Their bytes.
 */
export function writeChunks(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return concat(parts.flatMap(({ name, body }) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, body.length, true);
    return [ascii(name), length, body, new Uint8Array(body.length & 1)];
  }));
}

/**
 * @param view Where to write.
 * @param at Where the first of three bytes is.
 * @param value The number, written little-endian.
 */
export function setUint24(view: DataView, at: number, value: number): void {
  view.setUint16(at, value & 0xffff, true);
  view.setUint8(at + 2, value >> 16);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
