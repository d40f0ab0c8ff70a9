import type { Size } from "./geometry.ts";
import type { Pixels } from "./types.ts";

/**
 * Resizes a picture: Lanczos of three lobes in linear light, transparency premultiplied.
 *
 * @param pixels The picture.
 * @param size The new size, at least 1 x 1.
 * @returns A picture of exactly that size; the picture itself where it has it.
 */
export async function resize(pixels: Pixels, size: Size): Promise<Pixels> {
  if (size.width === pixels.width && size.height === pixels.height) return pixels;
  const { default: lanczos } = await import("@jsquash/resize");
  const source = { ...pixels, colorSpace: "srgb", pixelFormat: "rgba-unorm8" } as const;
  const result = await lanczos(source, {
    ...size,
    method: "lanczos3",
    premultiply: true,
    linearRGB: true,
    fitMethod: "stretch",
  });
  return { ...size, data: new Uint8ClampedArray(result.data) };
}
