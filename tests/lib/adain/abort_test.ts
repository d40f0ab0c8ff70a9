import assert from "node:assert/strict";
import { encodeContent, type EncodeOptions } from "../../../lib/adain/content.ts";
import { loadModel, type Target } from "../../../lib/adain/mod.ts";
import { Runtime } from "../../../lib/adain/onnx.ts";
import { paint } from "../../../lib/adain/paint.ts";
import { regionsOf } from "../../../lib/adain/regions.ts";
import { Stylizer } from "../../../lib/adain/stylizer.ts";
import { drawPicture } from "../../support/pictures.ts";

// Each of these works for a second or more if nothing stops it.

const MODEL = await loadModel(new URL("../../../models/fast/", import.meta.url));
const { manifest } = MODEL;
const { stride } = manifest;
const runtime = await Runtime.open(MODEL);
const stylizer = await Stylizer.open(MODEL);
const style = { statistics: await stylizer.analyze(drawPicture(64, 64, 1)) };
const mask = { width: 2, height: 1, data: Float32Array.of(1, 0) };
const masked: Target = { styles: [style, style], masks: [mask] };

Deno.test.afterAll(async () => {
  await stylizer.dispose();
  await runtime.dispose();
});

/** Tiles whose features are encoded again. */
const inTiles: EncodeOptions = { manifest, limits: { memoryBudget: 1, maxRunPixels: 256 * 256 } };
const whole: EncodeOptions = {
  manifest,
  limits: { memoryBudget: 2 ** 28, maxRunPixels: Infinity },
};

async function assertStops(task: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("gone")), 20);
  await assert.rejects(task(controller.signal), /gone/);
  clearTimeout(timer);
}

Deno.test("a timer's abort stops encodeContent() between tiles", async () => {
  const content = drawPicture(800, 800, 2);
  await assertStops((signal) => encodeContent(runtime, content, { ...inTiles, signal }));
});

Deno.test("a timer's abort stops regionsOf() between tiles", async () => {
  const content = await encodeContent(runtime, drawPicture(800, 800, 3), inTiles);
  await assertStops((signal) => regionsOf(content, masked, { stride, signal }));
});

Deno.test("a timer's abort stops paint() between tiles", async () => {
  const content = await encodeContent(runtime, drawPicture(500, 500, 4), inTiles);
  const target = { styles: [style] };
  const paints = [{ target, regions: await regionsOf(content, target, { stride }) }];
  await assertStops((signal) => paint(runtime, content, { paints, stride, signal }));
});

Deno.test("a timer's abort stops paint() between targets", async () => {
  const content = await encodeContent(runtime, drawPicture(256, 256, 5), whole);
  const target = { styles: [style] };
  const job = { target, regions: await regionsOf(content, target, { stride }) };
  const paints = new Array(12).fill(job);
  await assertStops((signal) => paint(runtime, content, { paints, stride, signal }));
  content.dispose();
});

Deno.test("a timer's abort stops stylizeFrames() between frames", async () => {
  const frames = new Array(40).fill(drawPicture(160, 120, 6));
  await assertStops((signal) =>
    Array.fromAsync(stylizer.stylizeFrames(frames, { styles: [style] }, { signal }))
  );
});
