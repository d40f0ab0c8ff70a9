import type { Stylizer } from "../adain/mod.ts";
import { crop, decode, type Geometry, type Pixels, planGeometry, resize } from "../image/mod.ts";
import type { ContentCache, PreparedContent } from "./content_cache.ts";
import type { PaintJob, SheetJob } from "./job.ts";
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
 * @returns The picture at the size at which it is painted, and where it lies in the result.
 * @throws {ImageError} If the source is refused.
 */
export async function bringToSize(
  job: Pick<PaintJob, "geometry" | "limits" | "source">,
  clock: StageClock,
): Promise<{ pixels: Pixels; plan: Geometry }> {
  const source = await clock.time("decode", () => decode(job.source, job.limits));
  const plan = planGeometry(source, job.geometry);
  const pixels = await clock.time("resize", () => resize(crop(source, plan.crop), plan.size));
  return { pixels, plan };
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
  const { pixels, plan } = await bringToSize(job, clock);
  const encoded = await clock.time("encode", () => stylizer.encode(pixels, clock.signal));
  const content = { pixels, plan, encoded };
  const owned = key !== undefined && contents.keep(key, content);
  try {
    return await use(content);
  } finally {
    if (!owned) encoded.dispose();
  }
}
