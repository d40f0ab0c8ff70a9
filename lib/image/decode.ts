import { ImageError } from "./errors.ts";
import { probe } from "./probe.ts";
import { orient } from "./transform.ts";
import { DEFAULT_LIMITS, type ImageInfo, type ImageLimits, type Pixels } from "./types.ts";

/**
 * Decodes a picture, upright; of an animation the first frame.
 *
 * @param bytes The encoded picture.
 * @param limits What is allowed; checked on the header, before anything is allocated.
 * @returns The pixels.
 * @throws {ImageError} If the picture is refused or damaged.
 */
export async function decode(
  bytes: Uint8Array<ArrayBuffer>,
  limits: ImageLimits = DEFAULT_LIMITS,
): Promise<Pixels> {
  const info = probe(bytes);
  assertLimits(info, limits);
  const stored = await decodeStored(bytes, info);
  const upright = orient(stored, info.orientation);
  if (upright.width !== info.width || upright.height !== info.height) {
    throw new ImageError(
      "corrupt_image",
      `The header says ${info.width} x ${info.height}, the picture has ` +
        `${upright.width} x ${upright.height}`,
    );
  }
  return upright;
}

/**
 * Refuses pictures that are too large.
 *
 * @param info The header.
 * @param limits What is allowed.
 * @throws {ImageError} `image_too_large` or `too_many_frames`, with the numbers.
 */
export function assertLimits(info: ImageInfo, limits: ImageLimits): void {
  const { width, height, frames } = info;
  if (Math.max(width, height) > limits.maxSide || width * height > limits.maxPixels) {
    throw new ImageError(
      "image_too_large",
      `The picture has ${width} x ${height} pixels: up to ${limits.maxPixels} pixels and ` +
        `${limits.maxSide} a side are allowed`,
    );
  }
  if (frames > limits.maxFrames) {
    throw new ImageError(
      "too_many_frames",
      `The animation has ${frames} frames: up to ${limits.maxFrames} are allowed`,
    );
  }
}

/** The one place where source codecs are called: whatever they throw becomes an ImageError. */
async function decodeStored(bytes: Uint8Array<ArrayBuffer>, info: ImageInfo): Promise<Pixels> {
  try {
    switch (info.format) {
      case "jpeg":
        return own(await (await import("@jsquash/jpeg")).decode(exact(bytes)));
      case "webp":
        return own(await (await import("@jsquash/webp")).decode(exact(bytes)));
      default:
        return await decodeWithImageScript(bytes);
    }
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw new ImageError("corrupt_image", `This ${info.format.toUpperCase()} is damaged`, {
      cause,
    });
  }
}

async function decodeWithImageScript(bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  const { decode: read, GIF } = await import("imagescript");
  const decoded = await read(bytes, true);
  const image = decoded instanceof GIF ? decoded[0] : decoded;
  if (!image) throw new RangeError("there is no frame");
  const data = new Uint8ClampedArray(image.bitmap);
  return { width: image.width, height: image.height, data };
}

/** jSquash takes a buffer, not a view of one. */
function exact(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

/** jSquash gives no picture where the codec gave up. */
function own(image: ImageData | null): Pixels {
  if (!image) throw new RangeError("the codec gave no picture");
  const { width, height } = image;
  return { width, height, data: new Uint8ClampedArray(image.data) };
}
