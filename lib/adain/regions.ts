import { type Affine, affine } from "./affine.ts";
import { blend, type WeightedStatistics } from "./blend.ts";
import { coreInOuter, type EncodedContent, featureMap, inFeatures } from "./content.ts";
import { completeMasks, cutMask, type Mask, mixAffines, resizeMask } from "./masks.ts";
import { mergeMoments, type Moments, moments, statisticsOf } from "./moments.ts";
import type { Statistics } from "./statistics.ts";
import type { Tile } from "./tiles.ts";
import { nextTurn } from "./turn.ts";

/** What a picture is to become. */
export interface Target {
  /** One to eight styles with weights; they are blended, or painted into `masks`. */
  readonly styles: readonly WeightedStatistics[];
  /** Content–style trade-off, 0..1. Default 1. */
  readonly alpha?: number;
  /** `content` keeps the content's colours and takes only the style's luma. Default `style`. */
  readonly colour?: "style" | "content";
  /** With K styles, K at least 2: K or K-1 soft regions in their order; the rest goes to the last style. */
  readonly masks?: readonly Mask[];
}

/** The regions of one content: a single one where the target has no masks. */
export interface Regions {
  /** Content statistics per region. */
  readonly content: readonly Statistics[];
  /** Weight of each region at each position of the feature grid; none where there is one region. */
  readonly masks: readonly Float32Array[];
}

/**
 * Takes the content statistics of each region of a target.
 *
 * @param content The encoded content.
 * @param target What it is to become.
 * @param options Pixels per feature, and a signal that stops between tiles.
 * @returns The regions.
 */
export async function regionsOf(
  content: EncodedContent,
  target: Target,
  { stride, signal }: { stride: number; signal?: AbortSignal | undefined },
): Promise<Regions> {
  if (!target.masks || target.masks.length === 0) {
    return { content: [content.statistics], masks: [] };
  }
  const { grid, image } = content;
  const covers = { width: image.width / stride, height: image.height / stride };
  const onGrid = target.masks.map((mask) => resizeMask(mask, grid, covers));
  const masks = completeMasks(onGrid, target.styles.length);
  const seen = masks.map((mask) => mask.map((value, at) => value * (content.weights?.[at] ?? 1)));
  let totals: Moments[] = [];
  for (const tile of content.tiles) {
    await nextTurn(signal);
    const map = await content.withFeatures(tile, featureMap);
    const core = inFeatures(tile.core, stride);
    const parts = seen.map((mask) =>
      moments(map, coreInOuter(tile, stride), cutMask(mask, grid, core))
    );
    totals = parts.map((part, k) => totals[k] ? mergeMoments(totals[k], part) : part);
  }
  // A region smaller than one feature has no statistics of its own.
  return { content: totals.map((total) => statisticsOf(total) ?? content.statistics), masks };
}

/**
 * The affine map of one tile.
 *
 * @param regions Content statistics and masks.
 * @param target Styles and alpha.
 * @param place The tile, the picture's feature grid and the pixels per feature.
 * @returns Scale and shift, `[C]` for one region, else `[C, h, w]` of the tile with its halo.
 */
export function tileAffine(
  regions: Regions,
  target: Target,
  { tile, grid, stride }: { tile: Tile; grid: EncodedContent["grid"]; stride: number },
): Affine {
  const alpha = target.alpha ?? 1;
  const [only] = regions.content;
  if (only && regions.masks.length === 0) return affine(only, blend(target.styles), alpha);
  const maps = target.styles.map(({ statistics }, k) =>
    affine(regions.content[k] ?? statistics, statistics, alpha)
  );
  const area = inFeatures(tile.outer, stride);
  return mixAffines(maps, regions.masks.map((mask) => cutMask(mask, grid, area)));
}
