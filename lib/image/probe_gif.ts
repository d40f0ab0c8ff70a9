import type { Header } from "./probe.ts";

/**
 * Reads a GIF's screen size and counts its frames by walking the blocks (GIF89a, section 18 on).
 *
 * @param bytes The GIF.
 * @returns Its header.
 * @throws {RangeError} If a block reaches beyond the end before the first frame.
 */
export function probeGif(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  let at = 13 + colourTable(view.getUint8(10));
  let frames = 0;
  while (at < bytes.length) {
    const block = bytes[at];
    if (block === 0x3b) break;
    if (block === 0x21) at = skipSubBlocks(bytes, at + 2);
    else if (block === 0x2c) {
      if (at + 10 > bytes.length) break;
      frames++;
      at = skipSubBlocks(bytes, at + 10 + colourTable(view.getUint8(at + 9)) + 1);
    } else break;
  }
  return { width, height, orientation: 1, frames: Math.max(1, frames), alpha: true };
}

function colourTable(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

function skipSubBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
}
