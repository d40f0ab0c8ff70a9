import { ImageError } from "./errors.ts";
import { readOrientation } from "./exif.ts";
import { assertParts } from "./parts.ts";
import type { Header } from "./probe.ts";
import type { Orientation } from "./types.ts";

/** A JPEG's marker segment. */
export interface Segment {
  /** Second byte of its marker, such as 0xe1 for APP1. */
  readonly marker: number;
  /** Its content, without marker and length. */
  readonly body: Uint8Array;
}

/** The marker of a scan, which is followed by picture data. */
export const SOS = 0xda;

/** The marker at a JPEG's end; what follows it, as the film of a motion photo, is not part of it. */
const EOI = 0xd9;

/**
 * Walks all segments of a JPEG (ITU-T T.81, annex B). Picture data between them is skipped, and
 * other bytes likewise, as decoders do.
 *
 * @param bytes The JPEG.
 * @returns Its segments in their order.
 * @throws {RangeError} If they are more than a picture has.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<Segment> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = nextMarker(bytes, 2);
  for (let count = 1; at >= 0; count++) {
    assertParts(count);
    const marker = bytes[at + 1] ?? 0;
    if (marker === EOI) return;
    const next = at + 2 + view.getUint16(at + 2);
    yield { marker, body: bytes.subarray(at + 4, next) };
    at = nextMarker(bytes, next);
  }
}

/** Looks at each byte: a search for every ff would take seconds in a file of nothing else. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 4 <= bytes.length; at++) {
    if (bytes[at] === 0xff && hasLength(bytes[at + 1] ?? 0)) return at;
  }
  return -1;
}

/** Not so stuffing (00), filling (ff), TEM (01), and RST0 to RST7 and SOI (d0 to d8). */
function hasLength(marker: number): boolean {
  return marker > 0x01 && marker < 0xff && (marker < 0xd0 || marker > 0xd8);
}

/**
 * Reads a JPEG's frame header.
 *
 * @param bytes The JPEG.
 * @returns Its header; width and height are after orientation.
 * @throws {ImageError} `unsupported_image` for 12 bit, lossless and arithmetic coding.
 * @throws {RangeError} If there is no frame header, or too much before it.
 */
export function probeJpeg(bytes: Uint8Array): Header {
  let turn: Orientation | undefined;
  for (const segment of jpegSegments(bytes)) {
    const { marker, body } = segment;
    if (marker === 0xe1 && startsWith(body, "Exif\0\0")) {
      turn ??= readOrientation(body);
    }
    if (isFrameHeader(marker)) return readFrame(segment, turn ?? 1);
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

/**
 * @param marker Second byte of a marker.
 * @returns Whether it is SOF0 to SOF15: not DHT (c4), JPG (c8) or DAC (cc).
 */
export function isFrameHeader(marker: number): boolean {
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
