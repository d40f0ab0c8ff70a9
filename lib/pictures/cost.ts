import type { GeometryRequest } from "../compute/mod.ts";
import { DEFAULT_LIMITS, planGeometry, probe } from "../image/mod.ts";

/** Bytes per decoded pixel that a job holds: source, resized copy and result in RGBA. */
const BYTES_PER_PIXEL = 12;

/** An encoded picture. */
interface Encoded {
  readonly bytes: Uint8Array;
}

/** What is made of a content. */
export interface Making {
  /** The asked size. */
  readonly geometry: GeometryRequest;
  /** Whether all frames of an animation are held, not only the first. Default false. */
  readonly animated?: boolean | undefined;
  /** How many cells of that size the result has. Default 1. */
  readonly cells?: number;
  /** The encoded masks. Default none. */
  readonly masks?: readonly Encoded[];
}

/**
 * @param content The encoded content.
 * @param making What is made of it; absent: it is only looked at.
 * @returns Bytes that the job holds while it runs.
 */
export function costOf(content: Encoded, making?: Making): number {
  const masks = making?.masks ?? [];
  return masks.reduce(
    (sum, mask) => sum + costOf(mask),
    content.bytes.length + BYTES_PER_PIXEL * pixelsOf(content, making),
  );
}

/** Pixels of the source or of the result, whichever has more. */
function pixelsOf({ bytes }: Encoded, making: Making | undefined): number {
  const info = probe(bytes);
  const source = info.width * info.height;
  if (!making) return source;
  const { animated = false, cells = 1, geometry } = making;
  const { width, height } = planGeometry(info, geometry).canvas;
  const pixels = Math.max(source, cells * width * height);
  if (!animated) return pixels;
  // An animation of more pixels in sum is refused before it is decoded.
  return Math.max(pixels, Math.min(info.frames * pixels, DEFAULT_LIMITS.maxTotalPixels));
}
