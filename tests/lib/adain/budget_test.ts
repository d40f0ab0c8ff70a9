import assert from "node:assert/strict";
import { parseManifest } from "../../../lib/adain/mod.ts";
import {
  DEFAULT_MEMORY_BUDGET,
  pixelsOfTensor,
  planRuns,
  runBytesPerPixel,
} from "../../../lib/adain/budget.ts";

const MIB = 2 ** 20;
const file = { path: "x.onnx", sha256: "0", bytes: 1 };
const manifest = (channels: number): ReturnType<typeof parseManifest> =>
  parseManifest(JSON.stringify({
    ...{ name: "m", version: "1", channels, stride: 8, receptive_field: 64 },
    files: { encoder: file, decoder: file },
  }));
const square = (side: number): { width: number; height: number } => ({ width: side, height: side });

for (const [channels, side] of [[96, 1024], [96, 4096], [128, 4096], [512, 2048]] as const) {
  Deno.test(`planRuns() stays in the budget with ${channels} channels at ${side} pixels`, () => {
    const model = manifest(channels);
    for (const memoryBudget of [64 * MIB, DEFAULT_MEMORY_BUDGET, 4096 * MIB]) {
      const limits = { memoryBudget, maxRunPixels: Infinity };
      const { tiles, keep } = planRuns(square(side), model, limits);
      const pixels = tiles.map(({ outer }) => outer.width * outer.height);
      const features = keep ? pixels.reduce((a, b) => a + b) * (4 * channels / 64) : 0;
      const used = Math.max(...pixels) * runBytesPerPixel(model) + features;
      assert(used <= memoryBudget, `${used} of ${memoryBudget}`);
    }
  });
}

Deno.test("planRuns() runs a picture whole that fits, and keeps its features", () => {
  const limits = { memoryBudget: DEFAULT_MEMORY_BUDGET, maxRunPixels: Infinity };
  const { tiles, keep } = planRuns(square(1024), manifest(128), limits);
  assert.deepEqual([tiles.length, keep], [1, true]);
});

Deno.test("planRuns() keeps the features of many tiles while they fit, and larger tiles if not", () => {
  const limits = { memoryBudget: 128 * MIB, maxRunPixels: Infinity };
  const kept = planRuns(square(1536), manifest(128), limits);
  const again = planRuns(square(4096), manifest(128), limits);
  assert.deepEqual([kept.keep, again.keep], [true, false]);
  const area = ({ tiles }: typeof kept): number =>
    Math.max(...tiles.map(({ outer }) => outer.width * outer.height));
  assert(area(again) > area(kept));
});

Deno.test("planRuns() never exceeds the largest run", () => {
  const limits = { memoryBudget: 4096 * MIB, maxRunPixels: 256 * 256 };
  for (const { outer } of planRuns(square(2048), manifest(128), limits).tiles) {
    assert(outer.width * outer.height <= 256 * 256);
  }
});

Deno.test("pixelsOfTensor() keeps the padded map of a 16-pixel strip in the buffer", () => {
  const model = manifest(512);
  const pixels = pixelsOfTensor(model, 128 * MIB);
  const length = Math.floor(pixels / 16);
  assert(4 * model.fullSizeChannels * 18 * (length + 2) <= 128 * MIB * 1.001);
  assert(pixels >= 640 * 640);
});
