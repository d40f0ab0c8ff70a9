import { codedPixels } from "./avif_items.ts";
import { ImageError, isSystemError } from "./errors.ts";
import type { ImageLimits, Pixels } from "./types.ts";

/**
 * Decodes the primary picture of an AVIF.
 *
 * @param bytes The AVIF.
 * @param limits What is allowed; held against what the AV1 data itself says.
 * @returns Its pixels as stored, not turned.
 * @throws {ImageError} `image_too_large`.
 * @throws If the decoder refuses it; the next call gets a fresh decoder.
 */
export async function decodeAvif(bytes: Uint8Array, limits: ImageLimits): Promise<Pixels> {
  assertCoded(bytes, limits);
  const { default: read, init } = await import("@jsquash/avif/decode.js");
  const still = bytes.slice();
  // With this brand the decoder would look for a film, whose size the still's header does not tell.
  still.set(new TextEncoder().encode("avif"), 8);
  try {
    const picture = await read(still.buffer);
    if (!picture) throw new RangeError("the codec gave nothing");
    const { width, height, data } = picture;
    return { width, height, data: new Uint8ClampedArray(data) };
  } catch (error) {
    // A trapped instance may be left in any state.
    if (!isSystemError(error)) await init();
    throw error;
  }
}

/** Coded sizes are multiples of 8, and the tiles of a grid may reach beyond its edges. */
const CODED_MARGIN = 1.25;

function assertCoded(bytes: Uint8Array, { maxPixels }: ImageLimits): void {
  const pixels = codedPixels(bytes);
  if (pixels > CODED_MARGIN * maxPixels) {
    throw new ImageError(
      "image_too_large",
      `The AV1 data has ${pixels} pixels: up to ${maxPixels} are allowed`,
    );
  }
}
