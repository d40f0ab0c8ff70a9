import { ImageError } from "./errors.ts";
import { compositeOn } from "./transform.ts";
import type { OutputFormat, Pixels } from "./types.ts";

/** How a picture is written. */
export interface EncodeOptions {
  /** The format. */
  readonly format: OutputFormat;
  /** Quality 1..100; PNG and GIF have none. Default {@linkcode DEFAULT_QUALITY}. */
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

/** PNG compression level 0..9: level 4 costs a third of level 9 for a few percent of size. */
const PNG_LEVEL = 4;

/** JPEG has no transparency: what is transparent becomes white, as on a page. */
const PAGE = [255, 255, 255] as const;

/**
 * Writes a picture.
 *
 * @param pixels The picture.
 * @param options Format and quality.
 * @returns The encoded picture, without any metadata.
 * @throws {ImageError} `encode_failed`.
 */
export async function encode(
  pixels: Pixels,
  options: EncodeOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const quality = options.quality ?? DEFAULT_QUALITY[options.format];
  try {
    switch (options.format) {
      case "jpeg": {
        const { Image } = await import("imagescript");
        return copy(
          await toImage(Image, compositeOn(pixels, PAGE)).encodeJPEG(jpegQuality(quality)),
        );
      }
      case "png": {
        const { Image } = await import("imagescript");
        return copy(await toImage(Image, pixels).encode(PNG_LEVEL));
      }
      case "gif": {
        const { Frame, GIF } = await import("imagescript");
        const frame = new Frame(pixels.width, pixels.height, 100);
        frame.bitmap.set(pixels.data);
        return copy(await new GIF([frame]).encode());
      }
      case "webp": {
        const { encode: write } = await import("@jsquash/webp");
        return new Uint8Array(await write(imageData(pixels), { quality, method: 4 }));
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

type JpegQuality = Parameters<InstanceType<ImageClass>["encodeJPEG"]>[0];

/** ImageScript types the quality as the literals 1 to 100. */
function jpegQuality(quality: number): JpegQuality {
  return Math.min(100, Math.max(1, Math.round(quality))) as JpegQuality;
}

type ImageClass = typeof import("imagescript").Image;

function toImage(Image: ImageClass, pixels: Pixels): InstanceType<ImageClass> {
  const image = new Image(pixels.width, pixels.height);
  image.bitmap.set(pixels.data);
  return image;
}

function imageData(pixels: Pixels): ImageData {
  return { ...pixels, colorSpace: "srgb", pixelFormat: "rgba-unorm8" };
}

/** Codecs may return a view of their own memory. */
function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
