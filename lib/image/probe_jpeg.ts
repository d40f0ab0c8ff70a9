import { ImageError } from "./errors.ts";
import type { Header } from "./probe.ts";
import type { Orientation } from "./types.ts";

/**
 * Walks a JPEG's segments to its frame header (ITU-T T.81, annex B).
 *
 * @param bytes The JPEG.
 * @returns Its header; width and height are after orientation.
 * @throws {ImageError} `unsupported_image` for 12 bit, lossless and arithmetic coding.
 * @throws {RangeError} If there is no frame header.
 */
export function probeJpeg(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation: Orientation = 1;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw new RangeError(`no marker at ${at}`);
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (marker === 0xe1) {
      orientation = readOrientation(bytes.subarray(at + 4, at + 2 + length)) ?? orientation;
    }
    if (isFrameHeader(marker)) return readFrame(view, { at, marker, orientation });
    at += 2 + length;
  }
  throw new RangeError("there is no frame header");
}

/** SOF0 to SOF15 without DHT (c4), JPG (c8) and DAC (cc). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function readFrame(
  view: DataView,
  { at, marker, orientation }: { at: number; marker: number; orientation: Orientation },
): Header {
  if (view.getUint8(at + 4) !== 8 || marker > 0xc2) {
    throw new ImageError(
      "unsupported_image",
      "Only baseline and progressive JPEG of 8 bits are supported",
    );
  }
  const sides = [view.getUint16(at + 7), view.getUint16(at + 5)];
  const [width = 0, height = 0] = orientation > 4 ? sides.reverse() : sides;
  return { width, height, orientation, frames: 1, alpha: false };
}

/** Finds tag 274 in the first directory of an EXIF segment (EXIF 2.32, section 4.6.4). */
function readOrientation(segment: Uint8Array): Orientation | undefined {
  if (String.fromCharCode(...segment.subarray(0, 6)) !== "Exif\0\0") return undefined;
  const view = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6);
  try {
    const little = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, little);
    for (let i = 0; i < view.getUint16(directory, little); i++) {
      const entry = directory + 2 + 12 * i;
      if (view.getUint16(entry, little) !== 274) continue;
      const value = view.getUint16(entry + 8, little);
      return isOrientation(value) ? value : undefined;
    }
  } catch (error) {
    // A directory that points beyond its segment says nothing; the picture itself may be sound.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function isOrientation(value: number): value is Orientation {
  return Number.isInteger(value) && value >= 1 && value <= 8;
}
