import {
  type Animation,
  type Area,
  compositeOn,
  decodeFrames,
  DEFAULT_LIMITS,
  encodeAnimation,
  type Frame,
  ImageError,
  pad,
  type Pixels,
  planGeometry,
  probe,
  resize,
} from "../image/mod.ts";
import { naming } from "../naming.ts";
import type { JobTarget, PaintJob, Picture } from "./job.ts";
import { cutMasks, readTarget } from "./paint.ts";
import { partOf, shareOf, type Tools } from "./prepare.ts";
import type { StageClock } from "./stage_clock.ts";

/**
 * Makes a plain animation of another size or format.
 *
 * @param job A job without a target.
 * @param clock Times the stages.
 * @returns The animation.
 */
export async function animatePlain(job: PaintJob, clock: StageClock): Promise<Picture> {
  const sized = await bringFramesToSize(job, clock);
  return await finish(sized, { job, clock, encoderRuns: 0 });
}

/**
 * Paints every frame of an animation; content statistics are smoothed over the frames, so that the
 * result does not flicker.
 *
 * @param job The job.
 * @param target What each frame is to become.
 * @param tools Model and clock.
 * @returns The animation.
 */
export async function animate(
  job: PaintJob,
  target: JobTarget,
  { clock, stylizer }: Tools,
): Promise<Picture> {
  const sized = await bringFramesToSize(job, clock);
  const { animation, part } = sized;
  const before = stylizer.encoderRuns;
  const wanted = cutMasks(await readTarget(target, job), part);
  const contents = animation.frames.map(({ pixels }) => pixels);
  const painted = await clock.time(
    "adain",
    () => Array.fromAsync(stylizer.stylizeFrames(contents, wanted, { signal: clock.signal })),
  );
  const frames = animation.frames.map(({ delay }, k): Frame => {
    const pixels = painted[k];
    if (!pixels) throw new RangeError("every frame gives one picture");
    return { delay, pixels };
  });
  const encoderRuns = stylizer.encoderRuns - before;
  return await finish({ ...sized, animation: { ...animation, frames } }, {
    job,
    clock,
    encoderRuns,
  });
}

/** An animation whose frames are brought to their size. */
interface Sized {
  /** The frames. */
  readonly animation: Animation;
  /** The result, and where the frames lie in it. */
  readonly canvas: Area;
  /** What of the source's frames they are, as shares of the sides. */
  readonly part: Area;
}

/** All frames are cut alike: what the first one shows decides. */
async function bringFramesToSize(job: PaintJob, clock: StageClock): Promise<Sized> {
  assertResult(job);
  const source = await clock.time(
    "decode",
    () => naming(job.name, () => decodeFrames(job.source, job.limits)),
  );
  const [first] = source.frames;
  if (!first) throw new RangeError("an animation has at least one frame");
  const plan = planGeometry(first.pixels, job.geometry);
  const part = partOf(first.pixels, { plan, geometry: job.geometry });
  const frames: Frame[] = [];
  for (const { delay, pixels } of source.frames) {
    const sized = await clock.time("resize", () => resize(pixels, plan.size, part));
    frames.push({ delay, pixels: sized });
  }
  return {
    animation: { ...source, frames },
    canvas: plan.canvas,
    part: shareOf(first.pixels, part),
  };
}

/** Refuses a result of more pixels than a source may have, before anything is decoded. */
function assertResult({ source, geometry, limits }: PaintJob): void {
  const info = probe(source);
  const { canvas: { width, height } } = planGeometry(info, geometry);
  const allowed = limits.maxTotalPixels ?? DEFAULT_LIMITS.maxTotalPixels;
  if (info.frames * width * height > allowed) {
    throw new ImageError(
      "image_too_large",
      `The result would have ${info.frames} frames of ${width} x ${height} pixels: up to ` +
        `${allowed} pixels in sum are allowed`,
    );
  }
}

async function finish(
  { animation, canvas }: Sized,
  options: {
    readonly job: PaintJob;
    readonly clock: StageClock;
    readonly encoderRuns: number;
  },
): Promise<Picture> {
  const { clock, encoderRuns, job: { output: { background, format: wanted, quality } } } = options;
  const place = (pixels: Pixels): Pixels => {
    const placed = pad(pixels, canvas);
    return background ? compositeOn(placed, background) : placed;
  };
  const frames = animation.frames.map((frame) => ({ ...frame, pixels: place(frame.pixels) }));
  const format = wanted === "webp" || wanted === "auto-webp" || wanted === "auto-avif"
    ? "webp"
    : "gif";
  const form = { format, ...(quality === undefined ? {} : { quality }) } as const;
  const body = await clock.time("output", () => encodeAnimation({ ...animation, frames }, form));
  const { height, width } = canvas;
  return { body, format, width, height, times: clock.times, encoderRuns };
}
