import type { Regions } from "./regions.ts";
import { type Smoothing, smoothingReach, smoothStatistics } from "./smoothing.ts";

/**
 * Smooths the content statistics of a stream of frames, region by region. Holds back as many frames
 * as the smoothing looks ahead, and no frame longer than that.
 *
 * @param frames Frames with their regions; all with the same number of regions.
 * @param smoothing How.
 * @returns The same frames in order, with smoothed regions.
 * @throws {RangeError} If the smoothing is out of range.
 */
export async function* smoothRegions<F extends { readonly regions: Regions }>(
  frames: AsyncIterable<F>,
  smoothing: Smoothing,
): AsyncGenerator<F> {
  const { behind, ahead } = smoothingReach(smoothing);
  const waiting: F[] = [];
  const known: Regions[] = [];
  const next = (): F | undefined => {
    const at = known.length - waiting.length;
    const frame = waiting.shift();
    if (!frame) return;
    const { content, masks } = frame.regions;
    const smoothed = content.map((own, region) =>
      smoothStatistics(known.map((regions) => regions.content[region] ?? own), at, smoothing)
    );
    return { ...frame, regions: { content: smoothed, masks } };
  };
  for await (const frame of frames) {
    waiting.push(frame);
    // Masks are as large as features; only statistics are needed of frames that are gone.
    known.push({ content: frame.regions.content, masks: [] });
    if (waiting.length <= ahead) continue;
    const ready = next();
    if (ready) yield ready;
    if (known.length > behind + ahead) known.shift();
  }
  for (let frame = next(); frame; frame = next()) yield frame;
}
