import { type ColorTransform, readProfile } from "./icc.ts";
import { findColor } from "./profile.ts";
import { cicpTransform } from "./cicp.ts";
import { toByte } from "./srgb.ts";
import type { Pixels, SourceFormat } from "./types.ts";

/**
 * Converts a decoded picture to sRGB by the profile in its file. Without one it is taken as sRGB, as
 * is one whose profile is only tables (see {@linkcode readProfile}); gAMA and cHRM of a PNG are left
 * out, as browsers mostly meet them wrong.
 *
 * @param pixels The picture in its own colours; it is changed.
 * @param bytes Its file.
 * @param format The file's format.
 */
export function convertToSrgb(
  pixels: Pixels,
  bytes: Uint8Array,
  { format }: { readonly format: SourceFormat },
): void {
  const color = findColor(bytes, format);
  const transform = color?.profile
    ? readProfile(color.profile)
    : color?.cicp
    ? cicpTransform(color.cicp)
    : null;
  if (transform && !isSrgb(transform)) applyTransform(pixels, transform);
}

/** Byte values at which a transform is compared with doing nothing. */
const PROBES = [0, 26, 77, 128, 179, 230, 255] as const;

/** Whether no colour moves by more than one step of a byte: by effect, not by the profile's name. */
function isSrgb(transform: ColorTransform): boolean {
  const colors = PROBES.flatMap((r) => PROBES.flatMap((g) => PROBES.map((b) => [r, g, b, 255])));
  const data = Uint8ClampedArray.from(colors.flat());
  const moved: Pixels = { width: colors.length, height: 1, data: data.slice() };
  applyTransform(moved, transform);
  return data.every((value, i) => Math.abs(value - (moved.data[i] ?? 0)) <= 1);
}

function applyTransform({ data }: Pixels, { curves, matrix }: ColorTransform): void {
  const [reds, greens, blues] = curves;
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0, k = 1] = matrix;
  for (let i = 0; i < data.length; i += 4) {
    const red = reds[data[i] ?? 0] ?? 0;
    const green = greens[data[i + 1] ?? 0] ?? 0;
    const blue = blues[data[i + 2] ?? 0] ?? 0;
    data[i] = toByte(a * red + b * green + c * blue);
    data[i + 1] = toByte(d * red + e * green + f * blue);
    data[i + 2] = toByte(g * red + h * green + k * blue);
  }
}
