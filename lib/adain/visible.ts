import { type Grid, resizeMask } from "./masks.ts";
import { colourMoments } from "./match_colours.ts";
import type { RgbaImage } from "./planar.ts";

/** What is seen of a picture: nothing of it depends on the colours under full transparency. */
export interface VisiblePart {
  /** The picture on the mean of its visible colours, with its own alpha; itself where it is opaque. */
  readonly image: RgbaImage;
  /** How much of each position of the feature grid is seen, above 0; absent: all of it. */
  readonly weights?: Float32Array;
}

/**
 * All positions of a grid together weigh at least as much as two, so that a picture of which nothing
 * or next to nothing is seen has statistics as well.
 */
const LEAST_WEIGHT = 2;

/**
 * Finds what is seen of a picture.
 *
 * @param picture The picture; it is not changed.
 * @param options The feature grid, and how many pixels one of its positions has a side.
 * @returns Its visible part.
 */
export function visiblePart(
  picture: RgbaImage,
  { grid, stride }: { readonly grid: Grid; readonly stride: number },
): VisiblePart {
  if (isOpaque(picture)) return { image: picture };
  const { width, height, data } = picture;
  const alpha = Float32Array.from(
    { length: width * height },
    (_, i) => (data[4 * i + 3] ?? 0) / 255,
  );
  const covers = { width: width / stride, height: height / stride };
  const seen = resizeMask({ width, height, data: alpha }, grid, covers);
  const least = LEAST_WEIGHT / seen.length;
  return { image: layOnMean(picture), weights: seen.map((value) => Math.max(least, value)) };
}

function isOpaque({ data }: RgbaImage): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** Mixes each colour with the mean by its alpha, which stays as it is. */
function layOnMean(picture: RgbaImage): RgbaImage {
  const { width, height, data } = picture;
  const { mean } = colourMoments(picture);
  const laid = data.slice();
  for (let i = 0; i < data.length; i += 4) {
    const alpha = (data[i + 3] ?? 0) / 255;
    mean.forEach((value, channel) => {
      laid[i + channel] = alpha * (data[i + channel] ?? 0) + (1 - alpha) * value;
    });
  }
  return { width, height, data: laid };
}
