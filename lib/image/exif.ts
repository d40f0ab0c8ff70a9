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
  // A directory that points beyond its block says nothing; the picture itself may be sound.
  if (view.byteLength < 8) return undefined;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return undefined;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > view.byteLength) break;
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    return isOrientation(value) ? value : undefined;
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
