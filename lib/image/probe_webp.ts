import type { Header } from "./probe.ts";

/**
 * Reads a WebP's first chunks (RFC 9649, section 2).
 *
 * @param bytes The WebP.
 * @returns Its header.
 * @throws {RangeError} If the first chunk is not a picture.
 */
export function probeWebp(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const still = { orientation: 1, frames: 1 } as const;
  switch (name(bytes, 12)) {
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
    case "VP8X": {
      const flags = view.getUint8(20);
      const read24 = (at: number): number =>
        1 + view.getUint16(at, true) + 65536 * view.getUint8(at + 2);
      return {
        orientation: 1,
        width: read24(24),
        height: read24(27),
        frames: flags & 2 ? Math.max(1, countFrames(bytes, view)) : 1,
        alpha: (flags & 16) !== 0,
      };
    }
    default:
      throw new RangeError("the first chunk is not a picture");
  }
}

function name(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function countFrames(bytes: Uint8Array, view: DataView): number {
  let frames = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    if (name(bytes, at) === "ANMF") frames++;
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length & 1);
  }
  return frames;
}
