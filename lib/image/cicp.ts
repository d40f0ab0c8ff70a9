import { type ColorTransform, matrixOf } from "./icc.ts";
import { TO_LINEAR } from "./srgb.ts";

/** Coding-independent code points (ITU-T H.273) of a picture. */
export interface Cicp {
  /** 1 BT.709, 9 BT.2020, 12 Display P3, others. */
  readonly primaries: number;
  /** 13 sRGB, 1 BT.709, 16 PQ, 18 HLG, others. */
  readonly transfer: number;
}

/** Colorants in XYZ relative to D50, adapted by Bradford, by the number of the primaries. */
const COLORANTS: Readonly<Record<number, readonly (readonly number[])[]>> = {
  9: [[0.67348, 0.27904, -0.00194], [0.16566, 0.67534, 0.02998], [0.12505, 0.04561, 0.79686]],
  12: [[0.51512, 0.2412, -0.00105], [0.29198, 0.69225, 0.04189], [0.1571, 0.06657, 0.78407]],
};

/** Transfers that screens show like sRGB: BT.709, BT.601, sRGB, BT.2020. */
const LIKE_SRGB: ReadonlySet<number> = new Set([1, 6, 13, 14, 15]);

/**
 * Finds the way to sRGB of a picture that has code points instead of a profile.
 *
 * @param cicp The code points.
 * @returns The transform; null for sRGB itself, for what is not said, and for high dynamic range,
 * which would need a tone curve of taste.
 */
export function cicpTransform({ primaries, transfer }: Cicp): ColorTransform | null {
  const colorants = COLORANTS[primaries];
  if (!colorants || !LIKE_SRGB.has(transfer)) return null;
  return { curves: [TO_LINEAR, TO_LINEAR, TO_LINEAR], matrix: matrixOf(colorants) };
}
