import {
  type Animation,
  decode,
  decodeFrames,
  type Frame,
  type ImageLimits,
  type OutputFormat,
  planGeometry,
  probe,
  reductionFor,
  resize,
} from "../image/mod.ts";
import { CommandError } from "./errors.ts";
import { explain } from "./terminal.ts";

/**
 * What is read of the user's own files: 200 megapixels (800 MB of RGBA), as much as a service may
 * allow; animations of 100 megapixels in sum, since their painted frames take as much again.
 */
export const FILE_LIMITS: Required<ImageLimits> = {
  maxPixels: 200_000_000,
  maxSide: 65_535,
  maxFrames: 10_000,
  maxTotalPixels: 100_000_000,
};

/** Longest side of a result, in pixels. */
export const MAX_SIDE = 12_000;

/**
 * Reads and decodes a picture file.
 *
 * @param path The file.
 * @param read How it is decoded.
 * @returns What `read` gives.
 * @throws {CommandError} Naming the file and why it is refused.
 */
export async function readPicture<T>(
  path: string | URL,
  read: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  try {
    return await read(await Deno.readFile(path));
  } catch (cause) {
    const text = explain(cause);
    if (text === undefined) throw cause;
    throw new CommandError(`Cannot read ${path}: ${text}`, { cause });
  }
}

/** What a picture is decoded for. */
export interface ContentWish {
  /** The format of the result; WebP and GIF have all frames. */
  readonly format: OutputFormat;
  /** Widest result, in pixels; absent: the source's, up to 12,000. */
  readonly width?: number;
  /** Highest result, in pixels; absent: the source's, up to 12,000. */
  readonly height?: number;
}

/**
 * Decodes a picture at the size at which it is painted; a large JPEG is reduced on the way.
 *
 * @param bytes The encoded picture, within {@linkcode FILE_LIMITS}.
 * @param wish The format and size of the result.
 * @returns All frames, or the first one where the format has no more.
 * @throws {ImageError} If the picture is refused or damaged.
 */
export async function decodeContent(
  bytes: Uint8Array<ArrayBuffer>,
  { format, width, height }: ContentWish,
): Promise<Animation> {
  const info = probe(bytes);
  const { crop, size } = planGeometry(info, {
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    fit: "inside",
    gravity: { x: 0.5, y: 0.5 },
    dpr: 1,
    enlarge: false,
    maxSide: MAX_SIDE,
  });
  if (info.frames > 1 && (format === "gif" || format === "webp")) {
    const { frames, plays } = await decodeFrames(bytes, FILE_LIMITS);
    const sized: Frame[] = [];
    for (const { pixels, delay } of frames) {
      sized.push({ pixels: await resize(pixels, size), delay });
    }
    return { frames: sized, plays };
  }
  const reduction = reductionFor(info, crop, size);
  const pixels = await resize(await decode(bytes, FILE_LIMITS, { reduction }), size);
  return { frames: [{ pixels, delay: 0 }], plays: 1 };
}
