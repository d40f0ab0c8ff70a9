import { assertParts } from "./parts.ts";
import type { Header } from "./probe.ts";

/** Where one frame of a GIF lies on its screen, in pixels. */
export interface GifFrame {
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** What a GIF's blocks say before any picture data is decoded. */
export interface GifOutline {
  /** Columns of its screen. */
  readonly width: number;
  /** Rows of its screen. */
  readonly height: number;
  /** Its frames in their order. */
  readonly frames: readonly GifFrame[];
  /** How often all frames are played; 0: for ever. */
  readonly plays: number;
  /** Whether a frame has a transparent colour or clears its place. */
  readonly transparent: boolean;
}

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;

/**
 * Reads a GIF's screen size and counts its frames.
 *
 * @param bytes The GIF.
 * @returns Its header.
 * @throws {RangeError} If the GIF ends within its screen descriptor, or has too many blocks.
 */
export function probeGif(bytes: Uint8Array): Header {
  const { width, height, frames, transparent } = outlineGif(bytes);
  const [first] = frames;
  const filled = first?.x === 0 && first.y === 0 && first.width >= width && first.height >= height;
  const alpha = transparent || !filled;
  return { width, height, orientation: 1, frames: Math.max(1, frames.length), alpha };
}

/**
 * Walks the blocks of a GIF (GIF89a, section 18 on); a cut or strange block ends the walk.
 *
 * @param bytes The GIF.
 * @returns Its outline.
 * @throws {RangeError} If the GIF ends within its screen descriptor, or has too many blocks.
 */
export function outlineGif(bytes: Uint8Array): GifOutline {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read16 = (at: number): number => view.getUint16(at, true);
  const frames: GifFrame[] = [];
  let plays = 1;
  let transparent = false;
  let at = 13 + colourTable(view.getUint8(10));
  for (let count = 1; at < bytes.length; count++) {
    assertParts(count);
    if (bytes[at] === EXTENSION) {
      plays = readPlays(bytes, at) ?? plays;
      transparent ||= isTransparent(bytes, at);
      at = skipSubBlocks(bytes, at + 2);
    } else if (bytes[at] === IMAGE && at + 10 <= bytes.length) {
      const [x, y] = [read16(at + 1), read16(at + 3)];
      frames.push({ x, y, width: read16(at + 5), height: read16(at + 7) });
      at = skipSubBlocks(bytes, at + 10 + colourTable(view.getUint8(at + 9)) + 1);
    } else break;
  }
  return { width: read16(6), height: read16(8), frames, plays, transparent };
}

/** By the flags of a graphic control extension (section 23): a transparent colour, or disposal 2. */
function isTransparent(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 1] !== GRAPHIC_CONTROL) return false;
  const flags = bytes[at + 3] ?? 0;
  return (flags & 1) === 1 || (flags >> 2 & 7) === 2;
}

/**
 * The extension of Netscape and its twin give the repetitions after the first play; without one a
 * GIF plays once.
 */
function readPlays(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at + 1] !== APPLICATION) return;
  const name = String.fromCharCode(...bytes.subarray(at + 3, at + 14));
  if (!["NETSCAPE2.0", "ANIMEXTS1.0"].includes(name)) return;
  if (bytes[at + 14] !== 3 || bytes[at + 15] !== 1) return;
  const repetitions = (bytes[at + 16] ?? 0) + 256 * (bytes[at + 17] ?? 0);
  return repetitions === 0 ? 0 : repetitions + 1;
}

function colourTable(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

function skipSubBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
}
