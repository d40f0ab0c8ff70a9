import type { Stylizer } from "../adain/mod.ts";
import {
  type Area,
  decode,
  type Geometry,
  moveToAttention,
  type Pixels,
  planGeometry,
  probe,
  type Reduction,
  reductionFor,
  resize,
  type Size,
} from "../image/mod.ts";
import { naming } from "../naming.ts";
import type { ContentCache, PreparedContent } from "./content_cache.ts";
import type { GeometryRequest, PaintJob, SheetJob } from "./job.ts";
import type { StageClock } from "./stage_clock.ts";

/** What the parts of the pipeline share. */
export interface Tools {
  /** The open model of the job. */
  readonly stylizer: Stylizer;
  /** Times the stages. */
  readonly clock: StageClock;
  /** Contents that were encoded before. */
  readonly contents: ContentCache;
}

/**
 * Decodes a source and brings it to the asked size.
 *
 * @param job The source and the asked size.
 * @param clock Times the stages.
 * @returns The picture at the size at which it is painted, where it lies in the result, and what of
 *   the source it is, as shares of the sides.
 * @throws {ImageError} If the source is refused.
 */
export async function bringToSize(
  job: Pick<PaintJob, "geometry" | "limits" | "name" | "source">,
  clock: StageClock,
): Promise<{ pixels: Pixels; plan: Geometry; part: Area }> {
  const info = probe(job.source);
  const plan = planGeometry(info, job.geometry);
  const reduction = reductionFor(info, plan.crop, plan.size);
  const source = await clock.time(
    "decode",
    () => naming(job.name, () => decode(job.source, job.limits, { reduction })),
  );
  return await clock.time("resize", async () => {
    const part = partOf(source, { plan, geometry: job.geometry, reduction });
    const whole = { width: info.width / reduction, height: info.height / reduction };
    return { pixels: await resize(source, plan.size, part), plan, part: shareOf(whole, part) };
  });
}

/**
 * Finds the part of a decoded picture that is kept.
 *
 * @param source The picture.
 * @param options Its plan, what was asked, and by what its sides were divided.
 * @returns The part, in the picture's pixels.
 */
export function partOf(
  source: Pixels,
  { plan: { crop }, geometry, reduction = 1 }: {
    readonly plan: Geometry;
    readonly geometry: GeometryRequest;
    readonly reduction?: Reduction;
  },
): Area {
  const part = {
    x: crop.x / reduction,
    y: crop.y / reduction,
    width: crop.width / reduction,
    height: crop.height / reduction,
  };
  return geometry.gravity === "attention" ? moveToAttention(source, part) : part;
}

/**
 * @param whole Sides of a picture.
 * @param part A part of it.
 * @returns The part as shares of the sides.
 */
export function shareOf(whole: Size, { x, y, width, height }: Area): Area {
  return {
    x: x / whole.width,
    y: y / whole.height,
    width: width / whole.width,
    height: height / whole.height,
  };
}

/**
 * Gives a job's content encoded: kept from before, or made now.
 *
 * @param job The job.
 * @param tools Model, clock and kept contents.
 * @param use Works with the content while it is sure to be there.
 * @returns What `use` gave.
 */
export async function withContent<T>(
  job: PaintJob | SheetJob,
  tools: Tools,
  use: (content: PreparedContent) => Promise<T>,
): Promise<T> {
  const { clock, contents, stylizer } = tools;
  const key = job.contentKey;
  const kept = key === undefined ? undefined : contents.get(key);
  if (kept) return await use(kept);
  const { pixels, plan, part } = await bringToSize(job, clock);
  const encoded = await clock.time("encode", () => stylizer.encode(pixels, clock.signal));
  const content = { plan, part, encoded };
  const owned = key !== undefined && contents.keep(key, content);
  try {
    return await use(content);
  } finally {
    if (!owned) encoded.dispose();
  }
}
