import { assertParts } from "./parts.ts";

/** A named part of a PNG or of a WebP. */
export interface Chunk {
  /** Four characters. */
  readonly name: string;
  /** Where its content starts, in bytes. */
  readonly start: number;
  /** Its content, as far as the file holds it. */
  readonly body: Uint8Array;
}

/**
 * Walks the chunks of a PNG (PNG specification, section 5.3); checksums are left to the decoder.
 *
 * @param bytes The PNG.
 * @returns Its chunks in their order.
 * @throws {RangeError} If they are more than a picture has.
 */
export function* pngChunks(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 8;
  for (let count = 1; at + 8 <= bytes.length; count++) {
    assertParts(count);
    const length = view.getUint32(at);
    yield chunk(bytes, at + 4, { start: at + 8, length });
    at += 12 + length;
  }
}

/**
 * Walks the chunks of a WebP, or of one of its frames (RFC 9649, section 2.3).
 *
 * @param bytes The WebP.
 * @param from Where the first chunk starts: after the file's header, or after the frame's.
 * @returns The chunks in their order.
 * @throws {RangeError} If they are more than a picture has.
 */
export function* riffChunks(bytes: Uint8Array, from: number): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = from;
  for (let count = 1; at + 8 <= bytes.length; count++) {
    assertParts(count);
    const length = view.getUint32(at + 4, true);
    yield chunk(bytes, at, { start: at + 8, length });
    at += 8 + length + (length & 1);
  }
}

function chunk(
  bytes: Uint8Array,
  nameAt: number,
  { start, length }: { readonly start: number; readonly length: number },
): Chunk {
  return {
    name: String.fromCharCode(...bytes.subarray(nameAt, nameAt + 4)),
    start,
    body: bytes.subarray(start, start + length),
  };
}
