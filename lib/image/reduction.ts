import type { Size } from "./geometry.ts";
import type { ImageInfo } from "./types.ts";

/** By what a JPEG's sides can be divided while it is decoded, which costs less than decoding it whole. */
export type Reduction = 1 | 2 | 4;

/**
 * From which factor of resizing on. The decoder averages bytes, not light, so the part of the work
 * that it does is kept small: on photographs a half then differs by 1.3 of 255 in the mean, a quarter
 * by 1.9, where JPEG of quality 82 differs by 3.9. An eighth would differ by 3.6, and is no faster.
 */
const LEAST_FACTOR = { half: 2.5, quarter: 8 } as const;

/**
 * Chooses how far a picture may be reduced while it is decoded.
 *
 * @param info What its header says.
 * @param part The part of it that is used, in its whole pixels.
 * @param size The size to which that part is resized.
 * @returns The largest reduction that leaves enough; 1 where the format has none.
 */
export function reductionFor(info: ImageInfo, part: Size, size: Size): Reduction {
  const factor = Math.min(part.width / size.width, part.height / size.height);
  if (info.format !== "jpeg" || factor < LEAST_FACTOR.half) return 1;
  if (factor >= LEAST_FACTOR.quarter && isExact(info, 4)) return 4;
  return isExact(info, 2) ? 2 : 1;
}

/** Whether the reduced picture starts where the whole one does: turned, it may start with its filling. */
function isExact({ width, height, orientation }: ImageInfo, reduction: Reduction): boolean {
  return orientation === 1 || width % reduction === 0 && height % reduction === 0;
}

/**
 * @param size A size.
 * @param reduction By what it is divided.
 * @returns The reduced size.
 */
export function reduced({ width, height }: Size, reduction: Reduction): Size {
  return { width: Math.ceil(width / reduction), height: Math.ceil(height / reduction) };
}

/**
 * @param info What a picture's header says.
 * @param reduction By what its sides are divided.
 * @returns The size of what is decoded, before it is turned upright.
 */
export function storedSize(info: ImageInfo, reduction: Reduction): Size {
  const { width, height } = reduced(info, reduction);
  return info.orientation > 4 ? { width: height, height: width } : { width, height };
}
