import { concat } from "../concat.ts";
import { inflateSync } from "node:zlib";
import { pngChunks, riffChunks } from "./chunks.ts";
import type { Cicp } from "./cicp.ts";
import { outlineAvif } from "./probe_avif.ts";
import { jpegSegments, SOS, startsWith } from "./probe_jpeg.ts";
import { outlineTiff } from "./probe_tiff.ts";
import { FIRST_CHUNK } from "./probe_webp.ts";
import type { SourceFormat } from "./types.ts";

/** What a file says of its colours. */
export interface FileColor {
  /** An ICC profile; it counts before code points. */
  readonly profile?: Uint8Array;
  /** Code points. */
  readonly cicp?: Cicp;
}

/** Most bytes of an unpacked profile: tables of printers have 2 MB. */
const MOST_PROFILE = 4_194_304;

/**
 * Finds the colours of a file.
 *
 * @param bytes The file, whose header is sound.
 * @param format Its format.
 * @returns What it says; undefined where it says nothing.
 */
export function findColor(bytes: Uint8Array, format: SourceFormat): FileColor | undefined {
  switch (format) {
    case "avif":
      return inAvif(bytes);
    case "gif":
      return undefined;
    case "jpeg":
      return inJpeg(bytes);
    case "png":
      return inPng(bytes);
    case "tiff":
      return { profile: outlineTiff(bytes).profile };
    case "webp":
      for (const { name, body } of riffChunks(bytes, FIRST_CHUNK)) {
        if (name === "ICCP") return { profile: body };
      }
      return undefined;
  }
}

const JPEG_PROFILE = "ICC_PROFILE\0";

/** Parts in APP2 segments, numbered from 1 (ICC.1:2022, annex B.4). */
function inJpeg(bytes: Uint8Array): FileColor | undefined {
  const parts: Uint8Array[] = [];
  for (const { marker, body } of jpegSegments(bytes)) {
    if (marker === SOS) break;
    if (marker !== 0xe2 || !startsWith(body, JPEG_PROFILE)) continue;
    parts[body[JPEG_PROFILE.length] ?? 0] = body.subarray(JPEG_PROFILE.length + 2);
  }
  if (parts.length === 0) return undefined;
  return { profile: concat(Object.values(parts)) };
}

/** cICP counts before iCCP (PNG specification, third edition, section 4.3). */
function inPng(bytes: Uint8Array): FileColor | undefined {
  let profile: Uint8Array | undefined;
  for (const { name, body } of pngChunks(bytes)) {
    if (name === "IDAT") break;
    if (name === "cICP") {
      return { cicp: { primaries: body[0] ?? 2, transfer: body[1] ?? 2 } };
    }
    if (name === "iCCP") profile = inflate(body.subarray(body.indexOf(0) + 2));
  }
  return profile && { profile };
}

function inflate(packed: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: MOST_PROFILE });
  } catch {
    // A damaged or boundless profile counts as none.
    return undefined;
  }
}

function inAvif(bytes: Uint8Array): FileColor | undefined {
  let cicp: Cicp | undefined;
  for (const view of outlineAvif(bytes).colors) {
    const kind = view.getUint32(0);
    if (kind === 0x70726f66 || kind === 0x72494343) {
      return { profile: new Uint8Array(view.buffer, view.byteOffset + 4, view.byteLength - 4) };
    }
    if (kind === 0x6e636c78) cicp = { primaries: view.getUint16(4), transfer: view.getUint16(6) };
  }
  return cicp && { cicp };
}
