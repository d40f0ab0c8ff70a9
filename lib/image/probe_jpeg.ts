import { ImageError } from "./errors.ts";
import { readOrientation } from "./exif.ts";
import type { Header } from "./probe.ts";
import type { Orientation } from "./types.ts";

/** A JPEG's marker segment before its picture data. */
export interface Segment {
  /** Second byte of its marker, such as 0xe1 for APP1. */
  readonly marker: number;
  /** Its content, without marker and length. */
  readonly body: Uint8Array;
}

/**
 * Walks a JPEG's segments up to its picture data (ITU-T T.81, annex B).
 *
 * @param bytes The JPEG.
 * @returns Its segments in their order.
 * @throws {RangeError} If there is something else between two segments.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<Segment> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw new RangeError(`no marker at ${at}`);
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda) return;
    const length = view.getUint16(at + 2);
    yield { marker, body: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}

/**
 * Reads a JPEG's frame header.
 *
 * @param bytes The JPEG.
 * @returns Its header; width and height are after orientation.
 * @throws {ImageError} `unsupported_image` for 12 bit, lossless and arithmetic coding.
 * @throws {RangeError} If there is no frame header.
 */
export function probeJpeg(bytes: Uint8Array): Header {
  let orientation: Orientation = 1;
  for (const segment of jpegSegments(bytes)) {
    const { marker, body } = segment;
    if (marker === 0xe1 && startsWith(body, "Exif\0\0")) {
      orientation = readOrientation(body) ?? orientation;
    }
    if (isFrameHeader(marker)) return readFrame(segment, orientation);
  }
  throw new RangeError("there is no frame header");
}

/**
 * @param bytes Any bytes.
 * @param text ASCII.
 * @returns Whether the bytes start with the text.
 */
export function startsWith(bytes: Uint8Array, text: string): boolean {
  return String.fromCharCode(...bytes.subarray(0, text.length)) === text;
}

/** SOF0 to SOF15 without DHT (c4), JPG (c8) and DAC (cc). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function readFrame({ marker, body }: Segment, orientation: Orientation): Header {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (view.getUint8(0) !== 8 || marker > 0xc2) {
    throw new ImageError(
      "unsupported_image",
      "Only baseline and progressive JPEG of 8 bits with Huffman coding are supported",
    );
  }
  const sides = [view.getUint16(3), view.getUint16(1)];
  const [width = 0, height = 0] = orientation > 4 ? sides.reverse() : sides;
  return { width, height, orientation, frames: 1, alpha: false };
}
