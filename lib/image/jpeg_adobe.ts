import { isFrameHeader, jpegSegments, SOS, startsWith } from "./probe_jpeg.ts";

/** Adobe's APP14 segment that says of four components: CMYK, not YCCK (Adobe note 5116). */
const CMYK = [0xff, 0xee, 0, 14, 65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, 0] as const;

/**
 * Says of a CMYK JPEG that it is one, where nothing in it does: the codec refuses it otherwise. It
 * is taken as Adobe's, with inverted ink, as browsers and Pillow take it.
 *
 * @param bytes A JPEG.
 * @returns The JPEG with Adobe's segment, or as it is where it needs none.
 */
export function withAdobe(bytes: Uint8Array): Uint8Array {
  let components = 0;
  for (const { marker, body } of jpegSegments(bytes)) {
    if (marker === SOS) break;
    if (marker === 0xee && startsWith(body, "Adobe")) return bytes;
    if (isFrameHeader(marker)) components = body[5] ?? 0;
  }
  if (components !== 4) return bytes;
  const marked = new Uint8Array(bytes.length + CMYK.length);
  marked.set(bytes.subarray(0, 2));
  marked.set(CMYK, 2);
  marked.set(bytes.subarray(2), 2 + CMYK.length);
  return marked;
}
