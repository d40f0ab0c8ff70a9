import { assertPixels, assertQuality } from "./checks.ts";
import { ImageError } from "./errors.ts";
import { encodeGif } from "./encode_gif.ts";
import { encodePng } from "./encode_png.ts";
import { compositeOn } from "./transform.ts";
import type { OutputFormat, Pixels } from "./types.ts";

/** How a picture is written. */
export interface EncodeOptions {
  /** The format. */
  readonly format: OutputFormat;
  /** Quality 1..100; of a GIF it sets the number of colours; PNG has none. Default {@linkcode DEFAULT_QUALITY}. */
  readonly quality?: number;
}

/** Quality where none is asked: chosen to look alike across formats. */
export const DEFAULT_QUALITY: Readonly<Record<OutputFormat, number>> = {
  avif: 55,
  gif: 100,
  jpeg: 82,
  png: 100,
  webp: 78,
};

/** PNG compression level 0..9: on photographs level 4 takes a fifth of level 9, for 7 % of size. */
const PNG_LEVEL = 4;

/**
 * Half of the time of a progressive picture, for 0.4 % of size; see docs/performance.md. Tables of
 * 8 bits, which every decoder reads; without it a quality below 70 has some of 16 bits.
 */
const JPEG_FORM = { progressive: false, baseline: true } as const;

/** Effort 0..6: method 2 takes under half of the time of method 4, for 5 % of size. */
const WEBP_FORM = { method: 2 } as const;

/** JPEG has no transparency: what is transparent becomes white, as on a page. */
const PAGE = [255, 255, 255] as const;

/**
 * Writes a picture.
 *
 * @param pixels The picture.
 * @param options Format and quality.
 * @returns The encoded picture, without any metadata.
 * @throws {ImageError} `encode_failed`.
 * @throws {RangeError} If the bytes do not fit the sides, or the quality is out of range.
 */
export async function encode(
  pixels: Pixels,
  options: EncodeOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const quality = options.quality ?? DEFAULT_QUALITY[options.format];
  assertPixels(pixels);
  assertQuality(quality);
  try {
    switch (options.format) {
      case "gif":
        return await encodeGif({ frames: [{ pixels, delay: 0 }], plays: 1 }, quality);
      case "png":
        return encodePng(pixels, PNG_LEVEL);
      case "jpeg": {
        const { encode: write } = await import("@jsquash/jpeg");
        return new Uint8Array(
          await write(imageData(compositeOn(pixels, PAGE)), { quality, ...JPEG_FORM }),
        );
      }
      case "webp": {
        const { encode: write } = await import("@jsquash/webp");
        return new Uint8Array(await write(imageData(pixels), { quality, ...WEBP_FORM }));
      }
      case "avif": {
        const { encode: write } = await import("@jsquash/avif");
        return new Uint8Array(await write(imageData(pixels), { quality, speed: 9 }));
      }
    }
  } catch (cause) {
    throw new ImageError("encode_failed", `Cannot write ${options.format.toUpperCase()}`, {
      cause,
    });
  }
}

/** jSquash takes the browser's type. */
function imageData(pixels: Pixels): ImageData {
  return { ...pixels, colorSpace: "srgb", pixelFormat: "rgba-unorm8" };
}
