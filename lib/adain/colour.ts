import type { RgbaImage } from "./planar.ts";

// Rec. 601 luma, as in the colour-preserving transfer of Gatys et al. 2016 (YIQ).
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/**
 * Keeps the content's colours: each pixel takes the stylised luma and the content's chroma. Where
 * the sum leaves the gamut the chroma is reduced, so that luma (the painted texture) survives.
 *
 * @param stylised The stylised picture; it is changed in place.
 * @param content The content at the same size.
 * @throws {RangeError} If the sizes differ.
 */
export function keepContentColour(stylised: RgbaImage, content: RgbaImage): void {
  if (stylised.width !== content.width || stylised.height !== content.height) {
    throw new RangeError(
      `Cannot keep the colours of ${content.width} x ${content.height} pixels in a picture of ` +
        `${stylised.width} x ${stylised.height}`,
    );
  }
  const [to, from] = [stylised.data, content.data];
  for (let i = 0; i < to.length; i += 4) {
    const luma = RED * (to[i] ?? 0) + GREEN * (to[i + 1] ?? 0) + BLUE * (to[i + 2] ?? 0);
    const [r, g, b] = [from[i] ?? 0, from[i + 1] ?? 0, from[i + 2] ?? 0];
    const own = RED * r + GREEN * g + BLUE * b;
    const fits = Math.min(
      largestFactor(luma, r - own),
      largestFactor(luma, g - own),
      largestFactor(luma, b - own),
    );
    to[i] = luma + fits * (r - own);
    to[i + 1] = luma + fits * (g - own);
    to[i + 2] = luma + fits * (b - own);
  }
}

/** The largest factor up to 1 that keeps `base + factor * offset` in 0..255. */
function largestFactor(base: number, offset: number): number {
  if (offset > 0) return Math.min(1, (255 - base) / offset);
  return offset < 0 ? Math.min(1, base / -offset) : 1;
}
