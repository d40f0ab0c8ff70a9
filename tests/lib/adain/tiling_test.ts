import assert from "node:assert/strict";
import { encodeContent } from "../../../lib/adain/content.ts";
import { affine, loadModel, type Rectangle, type Statistics } from "../../../lib/adain/mod.ts";
import { Runtime } from "../../../lib/adain/onnx.ts";
import { paint } from "../../../lib/adain/paint.ts";
import { toPlanar } from "../../../lib/adain/planar.ts";
import { regionsOf } from "../../../lib/adain/regions.ts";
import { planTiles } from "../../../lib/adain/tiles.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";

const MODEL = await loadModel(new URL("../../../models/fast/", import.meta.url));
const { manifest } = MODEL;
const { stride, receptiveField: halo } = manifest;
// Strips: wide enough for tiles with their whole halo, and cheap.
const [width, height] = [5 * halo, 24];
const content = drawPicture(width, height, 1);
const runtime = await Runtime.open(MODEL);
const whole = await encodeContent(runtime, content, {
  manifest,
  limits: { memoryBudget: 2 ** 28, maxRunPixels: Infinity },
});

Deno.test.afterAll(async () => {
  whole.dispose();
  await runtime.dispose();
});

function largest(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - (b[i] ?? NaN))), 0);
}

/** Paints one rectangle of the content, as planar RGB. */
async function paintPart(outer: Rectangle, style: Statistics): Promise<Float32Array> {
  const size = { width: outer.width, height: outer.height };
  const { features } = await runtime.encode({ data: toPlanar(content, outer), ...size });
  const { data } = await runtime.decode(features, affine(whole.statistics, style));
  features.dispose();
  return data;
}

Deno.test("planTiles() makes tiles whose cores equal the whole picture to 1e-5", async () => {
  const style = await runtime.completeStyle({
    ...whole.statistics,
    mean: whole.statistics.mean.map((mean) => mean + 0.3),
  });
  const expected = await paintPart({ x: 0, y: 0, width, height }, style);
  const tiles = planTiles({ width, height }, { stride, halo, maxPixels: 1024 });
  assert(tiles.length > 2);
  for (const { core, outer } of tiles) {
    const found = await paintPart(outer, style);
    for (let plane = 0; plane < 3; plane++) {
      for (let y = 0; y < height; y++) {
        const own = (plane * height + y) * outer.width + core.x - outer.x;
        const all = (plane * height + y) * width + core.x;
        const row = found.subarray(own, own + core.width);
        assert(largest(row, expected.subarray(all, all + core.width)) < 1e-5);
      }
    }
  }
});

for (const [kept, memoryBudget] of [["kept", 2 ** 28], ["encoded again", 1000]] as const) {
  Deno.test(`encodeContent() in tiles equals one run, features ${kept}`, async () => {
    const limits = { memoryBudget, maxRunPixels: 1024 };
    const tiled = await encodeContent(runtime, content, { manifest, limits });
    assert(tiled.tiles.length > 2);
    assert(largest(tiled.statistics.mean, whole.statistics.mean) < 1e-5);
    assert(largest(tiled.statistics.std, whole.statistics.std) < 1e-5);
    const mask = { width: 3, height: 1, data: Float32Array.of(1, 0.5, 0) };
    const { statistics } = whole;
    const wide = { ...statistics, std: statistics.std.map((std) => 2 * std) };
    const styles = [
      { statistics: await runtime.completeStyle(statistics) },
      { statistics: await runtime.completeStyle(wide) },
    ];
    for (const target of [{ styles }, { styles, masks: [mask] }]) {
      const pictures = [];
      for (const encoded of [whole, tiled]) {
        const regions = await regionsOf(encoded, target, { stride });
        const job = { paints: [{ target, regions }], stride, signal: undefined };
        pictures.push(...await paint(runtime, encoded, job));
      }
      const [a, b] = pictures;
      assert(a && b);
      assert(largestDifference(a, b) <= 1);
    }
    tiled.dispose();
  });
}

Deno.test("regionsOf() lays masks over the picture and not over its padding", async () => {
  const limits = { memoryBudget: 2 ** 28, maxRunPixels: Infinity };
  const narrow = await encodeContent(runtime, drawPicture(20, 16, 2), { manifest, limits });
  const styles = [{ statistics: whole.statistics }, { statistics: whole.statistics }];
  const mask = { width: 2, height: 1, data: Float32Array.of(1, 0) };
  const { masks: [first] } = await regionsOf(narrow, { styles, masks: [mask] }, { stride });
  narrow.dispose();
  assert.deepEqual(narrow.grid, { width: 3, height: 2 });
  // 20 pixels are 2.5 features: the middle of the second lies at 0.7 of the mask's pixels.
  [1, 0.3, 0].forEach((value, i) => assert(Math.abs((first?.[i] ?? NaN) - value) < 1e-6));
});

Deno.test("encodeContent() says how many bytes it holds, halos included", async () => {
  const limits = { memoryBudget: 2 ** 28, maxRunPixels: 1024 };
  const tiled = await encodeContent(runtime, content, { manifest, limits });
  for (const encoded of [whole, tiled]) {
    let bytes = 0;
    for (const tile of encoded.tiles) {
      bytes += (await encoded.withFeatures(tile, (features) => features.read())).byteLength;
    }
    assert.equal(encoded.bytes, bytes);
  }
  assert(tiled.bytes > whole.bytes);
  tiled.dispose();
  const again = { manifest, limits: { ...limits, memoryBudget: 1000 } };
  const { bytes, tiles } = await encodeContent(runtime, content, again);
  assert.equal(bytes, Math.max(...tiles.map(({ outer }) => 12 * outer.width * outer.height)));
});

Deno.test("encodeContent() stops between tiles at an aborted signal", async () => {
  const limits = { memoryBudget: 2 ** 28, maxRunPixels: 1024 };
  const signal = AbortSignal.abort(new Error("gone"));
  await assert.rejects(encodeContent(runtime, content, { manifest, limits, signal }), /gone/);
});
