import { ImageError } from "./errors.ts";
import { decodeGif, decodeJpeg, decodePng } from "./imagescript.ts";
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

/** Refuses a picture that is too large, before anything is allocated. */
function assertLimits({ width, height }: ImageInfo, limits: ImageLimits): void {
  if (Math.max(width, height) > limits.maxSide || width * height > limits.maxPixels) {
    throw new ImageError(
      "image_too_large",
      `The picture has ${width} x ${height} pixels: up to ${limits.maxPixels} pixels and ` +
        `${limits.maxSide} a side are allowed`,
    );
  }
}

/** The one place where source codecs are called: whatever they throw becomes an ImageError. */
async function decodeStored(bytes: Uint8Array<ArrayBuffer>, info: ImageInfo): Promise<Pixels> {
  try {
    switch (info.format) {
      case "jpeg":
        return await decodeJpeg(bytes);
      case "png":
        return await decodePng(bytes);
      case "gif":
        return await decodeGif(bytes, info);
      case "webp":
        return await decodeWebp(bytes);
    }
  } catch (cause) {
    throw new ImageError("corrupt_image", `This ${info.format.toUpperCase()} is damaged`, {
      cause,
    });
  }
}

async function decodeWebp(bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  const { decode: read } = await import("@jsquash/webp");
  // jSquash takes a buffer, not a view of one.
  const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  const { width, height, data } = await read(whole.buffer);
  return { width, height, data: new Uint8ClampedArray(data) };
}
