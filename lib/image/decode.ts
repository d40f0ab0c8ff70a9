import { convertToSrgb } from "./color.ts";
import { decodeAvif } from "./decode_avif.ts";
import { decodeTiff } from "./decode_tiff.ts";
import { decodeWebp } from "./decode_webp.ts";
import { ImageError, isSystemError } from "./errors.ts";
import { decodeAnimation, type Extent, playsOf } from "./frames.ts";
import { decodeJpeg, decodePng } from "./imagescript.ts";
import { probe } from "./probe.ts";
import { isAnimatedWebp } from "./probe_webp.ts";
import { reduced, type Reduction, storedSize } from "./reduction.ts";
import { orient } from "./transform.ts";
import {
  type Animation,
  DEFAULT_LIMITS,
  type Frame,
  type ImageInfo,
  type ImageLimits,
  type Pixels,
} from "./types.ts";

/** How a picture is decoded. */
export interface DecodeOptions {
  /** By what the sides are divided, rounded up; see {@linkcode reductionFor}. Default 1. */
  readonly reduction?: Reduction;
}

/**
 * Decodes a picture, upright and in sRGB; of an animation the first frame.
 *
 * @param bytes The encoded picture.
 * @param limits What is allowed; checked on the header, before anything is allocated.
 * @param options A reduction, for which only JPEG is fit.
 * @returns The pixels.
 * @throws {ImageError} If the picture is refused or damaged.
 * @throws {Deno.errors.NotCapable} If the codec may not be loaded: it needs the permissions to read
 * its files and the variable `IMAGESCRIPT_WASM_SIMD`.
 */
export async function decode(
  bytes: Uint8Array<ArrayBuffer>,
  limits: ImageLimits = DEFAULT_LIMITS,
  { reduction = 1 }: DecodeOptions = {},
): Promise<Pixels> {
  const info = probe(bytes);
  assertSize(info, limits);
  const [first] = await decodeAll(bytes, { info, limits, most: 1, reduction });
  if (!first) throw new ImageError("corrupt_image", "The picture holds no frame");
  return first.pixels;
}

/**
 * Decodes all frames of a GIF or WebP, composed; another picture is an animation of one frame.
 *
 * @param bytes The encoded picture.
 * @param limits What is allowed; checked on the header, before anything is allocated.
 * @returns The frames, upright and in sRGB.
 * @throws {ImageError} If the animation is refused or damaged.
 */
export async function decodeFrames(
  bytes: Uint8Array<ArrayBuffer>,
  limits: ImageLimits = DEFAULT_LIMITS,
): Promise<Animation> {
  const info = probe(bytes);
  assertSize(info, limits);
  assertFrames(info, limits);
  const frames = await decodeAll(bytes, { info, limits, most: info.frames, reduction: 1 });
  if (frames.length === 0) throw new ImageError("corrupt_image", "The animation holds no frame");
  return { frames, plays: playsOf(bytes, info) };
}

/**
 * Holds what a header says against what is allowed.
 *
 * @param info What the header says.
 * @param limits What is allowed.
 * @throws {ImageError} `image_too_large`.
 */
export function assertSize({ width, height }: ImageInfo, limits: ImageLimits): void {
  if (Math.max(width, height) > limits.maxSide || width * height > limits.maxPixels) {
    throw new ImageError(
      "image_too_large",
      `The picture has ${width} x ${height} pixels: up to ${limits.maxPixels} pixels and ` +
        `${limits.maxSide} a side are allowed`,
    );
  }
}

/** Refuses an animation of too many frames, or of too many pixels in sum. */
function assertFrames({ width, height, frames }: ImageInfo, limits: ImageLimits): void {
  const most = limits.maxFrames ?? DEFAULT_LIMITS.maxFrames;
  const pixels = limits.maxTotalPixels ?? DEFAULT_LIMITS.maxTotalPixels;
  if (frames > most || frames > 1 && frames * width * height > pixels) {
    throw new ImageError(
      "image_too_large",
      `The animation has ${frames} frames of ${width} x ${height} pixels: up to ${most} frames ` +
        `and ${pixels} pixels in sum are allowed`,
    );
  }
}

/**
 * The one place where source codecs are called: whatever they throw becomes an ImageError. That a
 * codec cannot be loaded is not the picture's fault.
 */
async function decodeAll(bytes: Uint8Array<ArrayBuffer>, extent: Extent): Promise<Frame[]> {
  const { info, reduction } = extent;
  try {
    const stored = info.format === "gif" || info.format === "webp" && isAnimatedWebp(bytes)
      ? await decodeAnimation(bytes, extent)
      : [{ pixels: await decodeStill(bytes, extent), delay: 0 }];
    return stored.map((frame) => ({
      ...frame,
      pixels: finish(frame.pixels, bytes, { info, reduction }),
    }));
  } catch (cause) {
    if (cause instanceof ImageError || isSystemError(cause)) throw cause;
    throw new ImageError("corrupt_image", `This ${info.format.toUpperCase()} is damaged`, {
      cause,
    });
  }
}

async function decodeStill(
  bytes: Uint8Array<ArrayBuffer>,
  { info, limits, reduction }: Extent,
): Promise<Pixels> {
  switch (info.format) {
    case "avif":
      return await decodeAvif(bytes, limits);
    case "jpeg":
      return await decodeJpeg(bytes, storedSize(info, reduction));
    case "png":
      return await decodePng(bytes);
    case "tiff":
      return decodeTiff(bytes);
    case "webp":
      return await decodeWebp(bytes);
    case "gif":
      throw new TypeError("A GIF is decoded frame by frame");
  }
}

/** Turns the picture upright and converts its colours. */
function finish(
  stored: Pixels,
  bytes: Uint8Array,
  { info, reduction }: { readonly info: ImageInfo; readonly reduction: Reduction },
): Pixels {
  const upright = orient(stored, info.orientation);
  const { width, height } = reduced(info, reduction);
  if (upright.width !== width || upright.height !== height) {
    throw new RangeError(
      `the header says ${width} x ${height}, the picture has ${upright.width} x ${upright.height}`,
    );
  }
  convertToSrgb(upright, bytes, info);
  return upright;
}
