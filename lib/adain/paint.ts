import { keepContentColour } from "./colour.ts";
import type { EncodedContent } from "./content.ts";
import type { Runtime } from "./onnx.ts";
import { fromPlanar, type RgbaImage } from "./planar.ts";
import { type Regions, type Target, tileAffine } from "./regions.ts";
import type { Tile } from "./tiles.ts";
import { nextTurn } from "./turn.ts";

/** A target with the content's regions. */
export interface Paint {
  /** What the content is to become. */
  readonly target: Target;
  /** Its regions, with the statistics that AdaIN takes away. */
  readonly regions: Regions;
}

/**
 * Applies AdaIN and decodes, tile by tile and all targets of each: features that were not kept are
 * encoded again once for all of them.
 *
 * @param runtime The open model.
 * @param content The encoded content.
 * @param options What to paint, pixels per feature, and a signal that stops before each decoder run.
 * @returns One picture per target, each of the content's size and with its alpha channel.
 */
export async function paint(
  runtime: Runtime,
  content: EncodedContent,
  { paints, stride, signal }: {
    paints: readonly Paint[];
    stride: number;
    signal: AbortSignal | undefined;
  },
): Promise<RgbaImage[]> {
  const { image, grid, tiles } = content;
  const { width, height } = image;
  const results = paints.map((job) => ({ job, width, height, data: image.data.slice() }));
  for (const tile of tiles) {
    await content.withFeatures(tile, async (features) => {
      for (const result of results) {
        await nextTurn(signal);
        const { target, regions } = result.job;
        const map = tileAffine(regions, target, { tile, grid, stride });
        const { data } = await runtime.decode(features, map);
        writeCore(data, tile, result);
      }
    });
  }
  return results.map(({ job, data }) => {
    const picture = { width, height, data };
    if (job.target.colour === "content") keepContentColour(picture, image);
    return picture;
  });
}

/** Writes the core of a decoded tile into the result. */
function writeCore(planar: Float32Array, { core, outer }: Tile, result: RgbaImage): void {
  const area = {
    x: core.x,
    y: core.y,
    width: Math.max(0, Math.min(core.width, result.width - core.x)),
    height: Math.max(0, Math.min(core.height, result.height - core.y)),
  };
  fromPlanar(planar, { source: outer, target: result, area });
}
