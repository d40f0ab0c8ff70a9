import { type Patch, Screen } from "./compose.ts";
import { webpPatches, webpPlays } from "./decode_webp.ts";
import { ImageError } from "./errors.ts";
import { gifPatches } from "./imagescript.ts";
import { outlineGif } from "./probe_gif.ts";
import type { Reduction } from "./reduction.ts";
import { DEFAULT_LIMITS, type Frame, type ImageInfo, type ImageLimits } from "./types.ts";

/** How much of a picture is decoded. */
export interface Extent {
  /** What its header says. */
  readonly info: ImageInfo;
  /** What is allowed. */
  readonly limits: ImageLimits;
  /** The most frames that are decoded. */
  readonly most: number;
  /** By what the sides are divided; only of a JPEG other than 1. */
  readonly reduction: Reduction;
}

/**
 * Decodes and composes the first frames of a GIF or of an animated WebP.
 *
 * @param bytes The animation.
 * @param extent How much of it.
 * @returns Its frames as stored, not turned.
 * @throws {ImageError} `image_too_large` if a frame, or all in sum, have too many pixels.
 */
export async function decodeAnimation(bytes: Uint8Array, extent: Extent): Promise<Frame[]> {
  const { info: { width, height, orientation }, most } = extent;
  const stored = orientation > 4 ? { width: height, height: width } : { width, height };
  const screen = new Screen(stored.width, stored.height);
  const frames: Frame[] = [];
  for await (const patch of patchesOf(bytes, { extent, stored })) {
    frames.push({ pixels: screen.show(patch), delay: patch.delay });
    if (frames.length >= most) break;
  }
  return frames;
}

/**
 * @param bytes A picture.
 * @param info What its header says.
 * @returns How often its frames are played; 0: for ever.
 */
export function playsOf(bytes: Uint8Array, info: ImageInfo): number {
  if (info.frames < 2) return 1;
  return info.format === "gif" ? outlineGif(bytes).plays : webpPlays(bytes);
}

function patchesOf(
  bytes: Uint8Array,
  { extent, stored }: {
    readonly extent: Extent;
    readonly stored: { readonly width: number; readonly height: number };
  },
): AsyncGenerator<Patch> {
  if (extent.info.format === "webp") return webpPatches(bytes, stored);
  assertGifFrames(bytes, extent);
  return gifPatches(bytes);
}

/** A GIF's frames may be larger than its screen: the decoder would allocate all of them. */
function assertGifFrames(bytes: Uint8Array, { limits, most }: Extent): void {
  let sum = 0;
  for (const { width, height } of outlineGif(bytes).frames.slice(0, most)) {
    sum += width * height;
    if (width * height > limits.maxPixels) {
      throw new ImageError(
        "image_too_large",
        `A frame has ${width} x ${height} pixels: up to ${limits.maxPixels} are allowed`,
      );
    }
  }
  const allowed = limits.maxTotalPixels ?? DEFAULT_LIMITS.maxTotalPixels;
  if (most > 1 && sum > allowed) {
    throw new ImageError(
      "image_too_large",
      `The frames have ${sum} pixels in sum: up to ${allowed} are allowed`,
    );
  }
}
