import assert from "node:assert/strict";
import { encodeContent } from "../../../lib/adain/content.ts";
import { loadModel, Stylizer } from "../../../lib/adain/mod.ts";
import { Runtime } from "../../../lib/adain/onnx.ts";
import { paint } from "../../../lib/adain/paint.ts";
import { regionsOf } from "../../../lib/adain/regions.ts";
import { drawPicture } from "../../support/pictures.ts";

const MODEL = await loadModel(new URL("../../../models/fast/", import.meta.url));
const { manifest } = MODEL;
const { stride, receptiveField } = manifest;
const runtime = await Runtime.open(MODEL);
const stylizer = await Stylizer.open(MODEL);

/** Features that the encoder gave and nobody freed, and the most that there were at once. */
const held = { now: 0, most: 0 };
const { encode } = Runtime.prototype;
Runtime.prototype.encode = async function (...image) {
  const output = await encode.apply(this, image);
  held.most = Math.max(held.most, ++held.now);
  const { features } = output;
  const dispose = features.dispose.bind(features);
  features.dispose = () => {
    held.now--;
    dispose();
  };
  return output;
};

Deno.test.beforeEach(() => void Object.assign(held, { now: 0, most: 0 }));

Deno.test.afterAll(async () => {
  Runtime.prototype.encode = encode;
  await stylizer.dispose();
  await runtime.dispose();
});

const styles = [{ statistics: await stylizer.analyze(drawPicture(64, 64, 1)) }];
const strip = drawPicture(5 * receptiveField, 24, 2);

Deno.test("paint() frees the features that it encodes again", async () => {
  const limits = { memoryBudget: 1000, maxRunPixels: 1024 };
  const content = await encodeContent(runtime, strip, { manifest, limits });
  const target = { styles };
  const paints = [{ target, regions: await regionsOf(content, target, { stride }) }];
  await paint(runtime, content, { paints, stride, signal: undefined });
  assert.deepEqual(held, { now: 0, most: 1 });
});

Deno.test("encodeContent() keeps no features where only statistics are wanted", async () => {
  const limits = { memoryBudget: 2 ** 28, maxRunPixels: 1024 };
  await encodeContent(runtime, strip, { manifest, limits, statisticsOnly: true });
  assert.deepEqual(held, { now: 0, most: 1 });
});

Deno.test("stylizeFrames() frees each frame when it is painted", async () => {
  const frames = Array.from({ length: 6 }, (_, seed) => drawPicture(32, 16, seed));
  const smoothing = { kind: "centred", radius: 1 } as const;
  await Array.fromAsync(stylizer.stylizeFrames(frames, { styles }, { smoothing }));
  assert.deepEqual(held, { now: 0, most: 2 });
});
