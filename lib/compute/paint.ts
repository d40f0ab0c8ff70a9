import type { Mask, Target } from "../adain/mod.ts";
import {
  type Area,
  compositeOn,
  decode,
  encode,
  isOpaque,
  type OutputFormat,
  pad,
  type Pixels,
} from "../image/mod.ts";
import { naming } from "../naming.ts";
import type { JobTarget, OutputRequest, PaintJob, Picture } from "./job.ts";
import { bringToSize, type Tools, withContent } from "./prepare.ts";
import type { StageClock } from "./stage_clock.ts";

/**
 * The most pixels that `auto-avif` writes as AVIF: there its encoder takes about as long as the
 * model, see docs/performance.md.
 */
const AVIF_PIXELS = 320 * 320;

/**
 * Makes a plain thumbnail.
 *
 * @param job A job without a target.
 * @param clock Times the stages.
 * @returns The picture.
 */
export async function paintPlain(job: PaintJob, clock: StageClock): Promise<Picture> {
  const { pixels, plan } = await bringToSize(job, clock);
  const placed = pad(pixels, plan.canvas);
  return await finish(placed, { output: job.output, clock, encoderRuns: 0 });
}

/**
 * Paints one picture.
 *
 * @param job The job.
 * @param target What it is to become.
 * @param tools Model, clock and kept contents.
 * @returns The picture.
 */
export async function paintStill(job: PaintJob, target: JobTarget, tools: Tools): Promise<Picture> {
  const { clock, stylizer } = tools;
  const before = stylizer.encoderRuns;
  const whole = await readTarget(target, job);
  return await withContent(job, tools, async ({ encoded, part, plan }) => {
    const wanted = cutMasks(whole, part);
    const painted = await clock.time(
      "adain",
      () => stylizer.decode(encoded, wanted, clock.signal),
    );
    const placed = pad(painted, plan.canvas);
    const encoderRuns = stylizer.encoderRuns - before;
    return await finish(placed, { output: job.output, clock, encoderRuns });
  });
}

/**
 * Makes a job's target into the stylizer's: decodes the masks.
 *
 * @param target The job's target.
 * @param limits What of a mask is allowed.
 * @returns The target.
 * @throws {ImageError} If a mask is refused; the message says which.
 */
export async function readTarget(
  { masks = [], ...target }: JobTarget,
  { limits }: Pick<PaintJob, "limits">,
): Promise<Target> {
  if (masks.length === 0) return target;
  const decoded = masks.map(async (mask, k) =>
    toMask(await naming(`mask ${k + 1}`, () => decode(mask, limits)))
  );
  return { ...target, masks: await Promise.all(decoded) };
}

/**
 * Cuts the masks of a target as its content was cut: a mask covers the whole source.
 *
 * @param target The target.
 * @param share What of the source is painted, as shares of the sides.
 * @returns The target.
 */
export function cutMasks(target: Target, share: Area): Target {
  if (!target.masks) return target;
  const masks = target.masks.map((mask) => {
    const part = {
      x: share.x * mask.width,
      y: share.y * mask.height,
      width: share.width * mask.width,
      height: share.height * mask.height,
    };
    return { ...mask, part };
  });
  return { ...target, masks };
}

/** Grey values of a picture on black, 0..1 (Rec. 709 luma). */
function toMask({ width, height, data }: Pixels): Mask {
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const at = 4 * i;
    const luma = 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) +
      0.0722 * (data[at + 2] ?? 0);
    grey[i] = luma * (data[at + 3] ?? 0) / (255 * 255);
  }
  return { width, height, data: grey };
}

/**
 * Writes a finished picture.
 *
 * @param pixels The pixels.
 * @param options Form of the result, clock, and how often the encoder ran.
 * @returns The picture.
 */
export async function finish(
  pixels: Pixels,
  options: {
    readonly output: OutputRequest;
    readonly clock: StageClock;
    readonly encoderRuns: number;
  },
): Promise<Picture> {
  const { clock, encoderRuns, output: { background, format: wanted, quality } } = options;
  const placed = background ? compositeOn(pixels, background) : pixels;
  const format = chooseFormat(wanted, placed);
  const form = { format, ...(quality === undefined ? {} : { quality }) };
  const body = await clock.time("output", () => encode(placed, form));
  const { width, height } = placed;
  return { body, format, width, height, times: clock.times, encoderRuns };
}

function chooseFormat(wanted: OutputRequest["format"], pixels: Pixels): OutputFormat {
  switch (wanted) {
    case "auto":
      return isOpaque(pixels) ? "jpeg" : "png";
    case "auto-webp":
      return "webp";
    case "auto-avif":
      return pixels.width * pixels.height <= AVIF_PIXELS ? "avif" : "webp";
    default:
      return wanted;
  }
}
