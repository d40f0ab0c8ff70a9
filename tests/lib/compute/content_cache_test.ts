import assert from "node:assert/strict";
import type { EncodedContent } from "../../../lib/adain/mod.ts";
import { ContentCache, type PreparedContent } from "../../../lib/compute/content_cache.ts";
import { planGeometry } from "../../../lib/image/mod.ts";

/** A content of one megapixel that holds features of so many channels at an eighth of its sides. */
function contentOf(channels: number, disposed: number[]): PreparedContent {
  const pixels = { width: 1000, height: 1000, data: new Uint8ClampedArray(4_000_000) };
  const plan = planGeometry(pixels, {
    fit: "inside",
    gravity: { x: 0.5, y: 0.5 },
    dpr: 1,
    enlarge: false,
    maxSide: 1000,
  });
  const numbers = new Float32Array(channels);
  const encoded: EncodedContent = {
    image: pixels,
    statistics: { mean: numbers, std: numbers },
    grid: { width: 1, height: 1 },
    tiles: [],
    bytes: 4 * channels * 125 * 125,
    withFeatures: () => Promise.reject(new Error("no features here")),
    dispose: () => void disposed.push(channels),
  };
  return { plan, part: plan.crop, encoded };
}

Deno.test("ContentCache bounds pixels and features by what they hold, not by their number", () => {
  const disposed: number[] = [];
  const cache = new ContentCache();
  // 14 MB each: four fit into 64 MiB.
  for (const key of ["a", "b", "c", "d"]) assert(cache.keep(key, contentOf(160, disposed)));
  assert.deepEqual(disposed, []);
  // 36 MB: two of them have to go.
  assert(cache.keep("wide", contentOf(512, disposed)));
  assert.deepEqual(disposed, [160, 160]);
  assert(cache.get("d"));
  // 68 MB with its pixels.
  assert(!cache.keep("too wide", contentOf(1024, disposed)));
  cache.clear();
  assert.equal(disposed.length, 5);
});
