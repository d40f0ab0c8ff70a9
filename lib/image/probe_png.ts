import { pngChunks } from "./chunks.ts";
import { readOrientation } from "./exif.ts";
import type { Header } from "./probe.ts";
import type { Orientation } from "./types.ts";

/** Colour types with an alpha channel: grey and RGB (PNG specification, section 11.2.1). */
const WITH_ALPHA: ReadonlySet<number> = new Set([4, 6]);

/**
 * Reads a PNG's chunks before its picture data; of an animated PNG only the still is known.
 *
 * @param bytes The PNG.
 * @returns Its header; width and height are after orientation.
 * @throws {RangeError} If IHDR is not the first chunk, or too many come before the picture data.
 */
export function probePng(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== 0x49484452) throw new RangeError("IHDR is not the first chunk");
  let alpha = WITH_ALPHA.has(view.getUint8(25));
  let turn: Orientation | undefined;
  for (const { name, body } of pngChunks(bytes)) {
    if (name === "IDAT") break;
    if (name === "tRNS") alpha = true;
    if (name === "eXIf") turn ??= readOrientation(body);
  }
  const orientation = turn ?? 1;
  const sides = [view.getUint32(16), view.getUint32(20)];
  const [width = 0, height = 0] = orientation > 4 ? sides.reverse() : sides;
  return { width, height, orientation, frames: 1, alpha };
}
