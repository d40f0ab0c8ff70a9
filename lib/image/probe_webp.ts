import { riffChunks } from "./chunks.ts";
import { readOrientation } from "./exif.ts";
import type { Header } from "./probe.ts";
import { startsWith } from "./probe_jpeg.ts";
import type { Orientation } from "./types.ts";

/** Where the first chunk of a WebP starts: after "RIFF", the length and "WEBP". */
export const FIRST_CHUNK = 12;

/**
 * Reads a WebP's first chunks (RFC 9649, section 2).
 *
 * @param bytes The WebP.
 * @returns Its header; width and height are after orientation.
 * @throws {RangeError} If the first chunk is not a picture, or there are too many.
 */
export function probeWebp(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const still = { orientation: 1, frames: 1 } as const;
  switch (String.fromCharCode(...bytes.subarray(12, 16))) {
    case "VP8 ":
      return {
        ...still,
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
        alpha: false,
      };
    case "VP8L": {
      const packed = view.getUint32(21, true);
      const [width, height] = [(packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1];
      return { ...still, width, height, alpha: (packed >> 28 & 1) === 1 };
    }
    case "VP8X":
      return probeExtended(bytes, view);
    default:
      throw new RangeError("the first chunk is not a picture");
  }
}

/**
 * @param bytes A WebP.
 * @returns Whether its pictures are frames, be it a single one (RFC 9649, section 2.7.1).
 */
export function isAnimatedWebp(bytes: Uint8Array): boolean {
  return startsWith(bytes.subarray(FIRST_CHUNK), "VP8X") && ((bytes[20] ?? 0) & 2) !== 0;
}

/**
 * @param view What to read.
 * @param at Where the first of three bytes is.
 * @returns The number, little-endian.
 */
export function readUint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + 65536 * view.getUint8(at + 2);
}

function probeExtended(bytes: Uint8Array, view: DataView): Header {
  const flags = view.getUint8(20);
  let turn: Orientation | undefined;
  let frames = 0;
  for (const { name, body } of riffChunks(bytes, FIRST_CHUNK)) {
    if (name === "ANMF") frames++;
    if (name === "EXIF") turn ??= readOrientation(body);
  }
  const orientation = turn ?? 1;
  const sides = [1 + readUint24(view, 24), 1 + readUint24(view, 27)];
  const [width = 0, height = 0] = orientation > 4 ? sides.reverse() : sides;
  return {
    orientation,
    width,
    height,
    frames: isAnimatedWebp(bytes) ? Math.max(1, frames) : 1,
    alpha: (flags & 16) !== 0,
  };
}
