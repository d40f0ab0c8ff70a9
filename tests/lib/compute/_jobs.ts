import type { InProcessCompute, JobTarget, PaintJob } from "../../../lib/compute/mod.ts";
import { DEFAULT_LIMITS, encode, type Pixels } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";
import { GEOMETRY, startCompute } from "./_compute.ts";

/** A small picture to paint. */
export const source: Uint8Array<ArrayBuffer> = await encode(drawPicture(96, 64, 1), {
  format: "png",
});
const sources = [2, 3].map((seed) => encode(drawPicture(64, 64, seed), { format: "png" }));
const [first, second] = await Promise.all(sources);

/** A job that paints {@linkcode source} as it is. */
export const job = (change: Partial<PaintJob>): PaintJob => ({
  kind: "paint",
  source,
  limits: DEFAULT_LIMITS,
  model: "fast",
  output: { format: "png" },
  geometry: GEOMETRY,
  ...change,
});

/** Runs a task with compute and two styles to paint in. */
export async function withCompute(
  task: (compute: InProcessCompute, targets: readonly [JobTarget, JobTarget]) => Promise<void>,
): Promise<void> {
  const compute = await startCompute();
  const targetOf = async (style = source): Promise<JobTarget> => {
    const analysis = {
      kind: "analyze",
      source: style,
      limits: DEFAULT_LIMITS,
      model: "fast",
    } as const;
    const { statistics } = await compute.run(analysis);
    return { styles: [{ statistics, weight: 1 }], alpha: 1, colour: "style" };
  };
  try {
    await task(compute, [await targetOf(first), await targetOf(second)]);
  } finally {
    await compute.close();
  }
}

/** The columns of a picture from `x` on. */
export function cut(pixels: Pixels, x: number, width: number): Pixels {
  const data = new Uint8ClampedArray(4 * width * pixels.height);
  for (let y = 0; y < pixels.height; y++) {
    const at = 4 * (y * pixels.width + x);
    data.set(pixels.data.subarray(at, at + 4 * width), 4 * y * width);
  }
  return { width, height: pixels.height, data };
}
