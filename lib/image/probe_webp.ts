import { type Chunk, riffChunks } from "./chunks.ts";
import { readOrientation } from "./exif.ts";
import type { Header } from "./probe.ts";
import { startsWith } from "./probe_jpeg.ts";
import type { Orientation } from "./types.ts";

/** Where the first chunk of a WebP starts: after "RIFF", the length and "WEBP". */
export const FIRST_CHUNK = 12;

/** Bytes of a frame's header within its chunk (RFC 9649, section 2.7.1.1). */
export const FRAME_HEADER = 16;

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
  const width = 1 + readUint24(view, 24);
  const height = 1 + readUint24(view, 27);
  let alpha = (view.getUint8(20) & 16) !== 0;
  let turn: Orientation | undefined;
  let frames = 0;
  for (const chunk of riffChunks(bytes, FIRST_CHUNK)) {
    const { name, body } = chunk;
    if (name === "EXIF") turn ??= readOrientation(body);
    if (name === "ANMF") frames++;
    alpha ||= holdsAlpha(chunk) ||
      name === "ANMF" && showsThrough(body, { width, height, first: frames === 1 });
  }
  const orientation = turn ?? 1;
  return {
    orientation,
    width: orientation > 4 ? height : width,
    height: orientation > 4 ? width : height,
    frames: isAnimatedWebp(bytes) ? Math.max(1, frames) : 1,
    alpha,
  };
}

/** Whether a picture's chunk says of itself that it is transparent, whatever the file's header says. */
function holdsAlpha({ name, body }: Chunk): boolean {
  return name === "ALPH" || name === "VP8L" && ((body[4] ?? 0) & 16) !== 0;
}

/** Whether a frame is transparent, leaves a part of the empty screen free, or clears its place. */
function showsThrough(
  body: Uint8Array,
  { width, height, first }: {
    readonly width: number;
    readonly height: number;
    readonly first: boolean;
  },
): boolean {
  if (body.length < FRAME_HEADER) return false;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const whole = 1 + readUint24(view, 6) >= width && 1 + readUint24(view, 9) >= height;
  const clears = (view.getUint8(15) & 1) !== 0;
  const [picture] = riffChunks(body, FRAME_HEADER);
  return clears || first && !whole || picture !== undefined && holdsAlpha(picture);
}
