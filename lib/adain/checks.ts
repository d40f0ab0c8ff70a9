import { assertAlpha } from "./affine.ts";
import { blend } from "./blend.ts";
import { AdainError } from "./errors.ts";
import { assertMasks } from "./masks.ts";
import type { RgbaImage } from "./planar.ts";
import type { Target } from "./regions.ts";
import { assertStatistics, type StyleShape } from "./statistics.ts";

/**
 * Refuses a picture whose bytes do not fit its size.
 *
 * @param image The picture.
 * @throws {AdainError} `invalid_target`.
 */
export function assertImage({ width, height, data }: RgbaImage): void {
  const isWhole = Number.isInteger(width) && width > 0 && Number.isInteger(height);
  if (isWhole && data.length > 0 && data.length === 4 * width * height) return;
  throw new AdainError(
    "invalid_target",
    `Cannot use a picture of ${width} x ${height} with ${data.length} bytes: ` +
      "4 bytes per pixel (RGBA) are needed",
  );
}

/**
 * Refuses a target that cannot be painted, before anything runs.
 *
 * @param target What a picture is to become.
 * @param shape The model's numbers of channels and of modulation.
 * @throws {AdainError} `invalid_target`, or `invalid_statistics`.
 */
export function assertTarget(target: Target, shape: StyleShape): void {
  for (const { statistics } of target.styles) assertStatistics(statistics, shape);
  assertAlpha(target.alpha ?? 1);
  const { colour = "style" } = target;
  if (colour !== "style" && colour !== "content") {
    throw new AdainError(
      "invalid_target",
      `Cannot use the colour ${colour}: it must be style or content`,
    );
  }
  blend(target.styles);
  assertMasks(target.masks ?? [], target.styles.length);
}
