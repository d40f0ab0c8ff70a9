import { ImageError } from "./errors.ts";
import { probeGif } from "./probe_gif.ts";
import { probeJpeg } from "./probe_jpeg.ts";
import { probeWebp } from "./probe_webp.ts";
import type { ImageInfo, SourceFormat } from "./types.ts";

/** What a format's header reader finds; the rest is filled in by {@linkcode probe}. */
export type Header = Omit<ImageInfo, "bytes" | "format">;

/**
 * Reads a picture's header: type by magic bytes, never by name or declared type.
 *
 * @param bytes The encoded picture.
 * @returns What the header says; nothing is decoded.
 * @throws {ImageError} `not_an_image`, `unsupported_image` or `corrupt_image`.
 *
 * @example A GIF of one pixel
 * ```ts
 * import { probe } from "./probe.ts";
 * import assert from "node:assert/strict";
 *
 * const gif = Uint8Array.fromBase64("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=");
 * const { format, width, height } = probe(gif);
 * assert.deepEqual([format, width, height], ["gif", 1, 1]);
 * ```
 */
export function probe(bytes: Uint8Array): ImageInfo {
  const format = sniff(bytes);
  try {
    const header = READERS[format](bytes);
    if (header.width < 1 || header.height < 1) throw new RangeError("a side is 0");
    return { format, ...header, bytes: bytes.length };
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw new ImageError("corrupt_image", `The header of this ${format.toUpperCase()} is damaged`, {
      cause,
    });
  }
}

const READERS: Readonly<Record<SourceFormat, (bytes: Uint8Array) => Header>> = {
  gif: probeGif,
  jpeg: probeJpeg,
  png: probePng,
  webp: probeWebp,
};

/** Magic bytes at an offset. */
const MAGIC: readonly (readonly [SourceFormat, number, string])[] = [
  ["jpeg", 0, "\xff\xd8\xff"],
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["gif", 0, "GIF87a"],
  ["gif", 0, "GIF89a"],
  ["webp", 8, "WEBP"],
];

/** Pictures that are known, but that no codec here reads. */
const UNSUPPORTED: readonly (readonly [name: string, offset: number, magic: string])[] = [
  ["AVIF", 4, "ftypavif"],
  ["AVIF", 4, "ftypavis"],
  ["HEIC", 4, "ftypheic"],
  ["TIFF", 0, "II*\0"],
  ["TIFF", 0, "MM\0*"],
  ["BMP", 0, "BM"],
  ["JPEG XL", 0, "\xff\x0a"],
];

const SUPPORTED = "JPEG, PNG, WebP or GIF";

function sniff(bytes: Uint8Array): SourceFormat {
  const start = String.fromCharCode(...bytes.subarray(0, 512));
  const found = MAGIC.find(([, at, magic]) => start.startsWith(magic, at));
  if (found && (found[0] !== "webp" || start.startsWith("RIFF"))) return found[0];
  const unsupported = UNSUPPORTED.find(([, at, magic]) => start.startsWith(magic, at));
  if (unsupported) {
    throw new ImageError("unsupported_image", `Cannot read ${unsupported[0]}: send ${SUPPORTED}`);
  }
  const text = start.replace(/^\xef\xbb\xbf/, "").trimStart().toLowerCase();
  const what = text.startsWith("<svg") || (text.startsWith("<?xml") && text.includes("<svg"))
    ? "SVG is not accepted, since it can carry scripts and other files"
    : text.startsWith("<")
    ? "These bytes are a page of markup"
    : "These bytes are no picture that is known here";
  throw new ImageError("not_an_image", `${what}: send ${SUPPORTED}`);
}

/** PNG: the IHDR chunk comes first (PNG specification, section 11.2.1). */
function probePng(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== 0x49484452) throw new RangeError("IHDR is not the first chunk");
  const type = view.getUint8(25);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    orientation: 1,
    frames: 1,
    alpha: type === 4 || type === 6 || type === 3,
  };
}
