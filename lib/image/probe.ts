import { ImageError } from "./errors.ts";
import { probeAvif } from "./probe_avif.ts";
import { probeGif } from "./probe_gif.ts";
import { probeJpeg } from "./probe_jpeg.ts";
import { probePng } from "./probe_png.ts";
import { probeTiff } from "./probe_tiff.ts";
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
  avif: probeAvif,
  gif: probeGif,
  jpeg: probeJpeg,
  png: probePng,
  tiff: probeTiff,
  webp: probeWebp,
};

/** Magic bytes at an offset. */
const MAGIC: readonly (readonly [SourceFormat, number, string])[] = [
  ["jpeg", 0, "\xff\xd8\xff"],
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["gif", 0, "GIF87a"],
  ["gif", 0, "GIF89a"],
  ["webp", 8, "WEBP"],
  ["avif", 4, "ftypavif"],
  ["avif", 4, "ftypavis"],
  ["tiff", 0, "II*\0"],
  ["tiff", 0, "MM\0*"],
];

/** A HEIF that is compatible with AVIF (ISO/IEC 14496-12, section 4.3). */
const AVIF_AMONG_BRANDS = /^\0\0\0.ftypmi[fa][1f].{4}(?:.{4}){0,14}avif/s;

/** Pictures that are known, but that no codec here reads; HEIC has eight brands. */
const UNSUPPORTED: readonly (readonly [name: string, offset: number, magic: string])[] = [
  ["HEIC", 4, "ftyphei"],
  ["HEIC", 4, "ftyphev"],
  ["HEIF", 4, "ftypmif1"],
  ["HEIF", 4, "ftypmsf1"],
  ["BigTIFF", 0, "II+\0"],
  ["BigTIFF", 0, "MM\0+"],
  ["BMP", 0, "BM"],
  ["JPEG XL", 0, "\xff\x0a"],
  ["JPEG XL", 4, "JXL \r\n"],
  ["JPEG 2000", 4, "jP  \r\n"],
];

const SUPPORTED = "JPEG, PNG, WebP, AVIF, GIF or TIFF";

function sniff(bytes: Uint8Array): SourceFormat {
  const start = String.fromCharCode(...bytes.subarray(0, 512));
  const found = MAGIC.find(([, at, magic]) => start.startsWith(magic, at));
  if (found && (found[0] !== "webp" || start.startsWith("RIFF"))) return found[0];
  if (AVIF_AMONG_BRANDS.test(start)) return "avif";
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
