import type { Orientation } from "./types.ts";

/** Tag of the orientation (EXIF 2.32, section 4.6.4; TIFF 6.0, page 36). */
const ORIENTATION = 274;

/**
 * Finds the orientation in the first directory of an EXIF block.
 *
 * @param block The block: a TIFF header and its directories, with or without the prefix of a JPEG.
 * @returns How the picture is turned; undefined where the block does not say it.
 */
export function readOrientation(block: Uint8Array): Orientation | undefined {
  const prefixed = String.fromCharCode(...block.subarray(0, 6)) === "Exif\0\0";
  const start = block.byteOffset + (prefixed ? 6 : 0);
  const view = new DataView(block.buffer, start, block.byteOffset + block.byteLength - start);
  try {
    const little = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, little);
    for (let i = 0; i < view.getUint16(directory, little); i++) {
      const entry = directory + 2 + 12 * i;
      if (view.getUint16(entry, little) !== ORIENTATION) continue;
      const value = view.getUint16(entry + 8, little);
      return isOrientation(value) ? value : undefined;
    }
  } catch (error) {
    // A directory that points beyond its block says nothing; the picture itself may be sound.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

/**
 * @param value Any number.
 * @returns Whether it is one of the eight orientations.
 */
export function isOrientation(value: number): value is Orientation {
  return Number.isInteger(value) && value >= 1 && value <= 8;
}
