import assert from "node:assert/strict";
import {
  loadModel,
  type RgbaImage,
  statisticsDistance,
  Stylizer,
  type Target,
} from "../../../lib/adain/mod.ts";
import { visiblePart } from "../../../lib/adain/visible.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";

const model = await loadModel(new URL("../../../models/fast/", import.meta.url));
const stylizer = await Stylizer.open(model);
const tiled = await Stylizer.open(model, { maxRunPixels: 256 * 256 });

const style = { statistics: await stylizer.analyze(drawPicture(96, 96, 1)) };
const other = { statistics: await stylizer.analyze(drawPicture(96, 96, 2)) };

Deno.test.afterAll(async () => {
  await stylizer.dispose();
  await tiled.dispose();
});

const half = { width: 2, height: 1, data: Float32Array.of(0, 1) };

/** A picture of which an ellipse with soft edges is seen; what is hidden has one colour. */
function cutOut(side: number, hidden: readonly number[]): RgbaImage {
  const { data, ...size } = drawPicture(side, side, 7);
  for (let i = 0; i < data.length; i += 4) {
    const [x, y] = [i / 4 % side, Math.floor(i / 4 / side)];
    const distance = Math.hypot((x - side / 2) / 0.4, (y - side / 2) / 0.3);
    data[i + 3] = 128 + 16 * (side - distance);
    if (data[i + 3] === 0) data.set(hidden, i);
  }
  return { ...size, data };
}

function opaque(data: RgbaImage["data"]): RgbaImage["data"] {
  return data.map((value, i) => i % 4 === 3 ? 255 : value);
}

const [black, magenta] = [cutOut(120, [0, 0, 0]), cutOut(120, [255, 0, 255])];

Deno.test.each<[string, Target]>([
  ["in a style", { styles: [style] }],
  ["with the content's colours", { styles: [style], colour: "content" }],
  ["in two styles by a mask", { styles: [style, other], masks: [half] }],
])("stylize() %s does not depend on hidden colours, and keeps alpha", async (_, target) => {
  assert.equal(largestDifference(black, magenta), 255);
  const painted = await stylizer.stylize(black, target);
  assert.equal(largestDifference(painted, await stylizer.stylize(magenta, target)), 0);
  for (let i = 3; i < painted.data.length; i += 4) assert.equal(painted.data[i], black.data[i]);
});

Deno.test("stylizeFrames() does not depend on hidden colours", async () => {
  const paint = (frame: RgbaImage): Promise<RgbaImage[]> =>
    Array.fromAsync(stylizer.stylizeFrames([frame, frame], { styles: [style] }));
  const others = await paint(magenta);
  for (const [k, painted] of (await paint(black)).entries()) {
    assert.equal(largestDifference(painted, others[k] ?? magenta), 0);
  }
});

Deno.test("analyze() does not depend on hidden colours, and little on what is cut off", async () => {
  const whole = await stylizer.analyze(drawPicture(120, 120, 7));
  const seen = await stylizer.analyze(black);
  assert.equal(statisticsDistance(seen, await stylizer.analyze(magenta)), 0);
  const { image } = visiblePart(black, { grid: { width: 30, height: 30 }, stride: 4 });
  const flat = await stylizer.analyze({ ...image, data: opaque(image.data) });
  const [near, far] = [seen, flat].map((one) => statisticsDistance(one, whole));
  assert(near && far && near < far / 2, `${near} and ${far}`);
});

Deno.test("a transparent picture in tiles equals one run", async () => {
  const content = cutOut(400, [0, 0, 0]);
  const target = { styles: [style] };
  const [whole, parts] = await Promise.all(
    [stylizer, tiled].map((s) => s.stylize(content, target)),
  );
  assert(whole && parts && largestDifference(whole, parts) <= 1);
});

Deno.test("a picture of which nothing is seen has statistics, and stays transparent", async () => {
  const nothing = { width: 40, height: 30, data: new Uint8ClampedArray(4 * 40 * 30) };
  const { mean, std } = await stylizer.analyze(nothing);
  assert([...mean, ...std].every(Number.isFinite));
  const { data } = await stylizer.stylize(nothing, { styles: [style] });
  assert(data.every((value, i) => i % 4 < 3 || value === 0));
});

Deno.test("visiblePart() lays colours on the mean of the visible ones, by their alpha", () => {
  const data = Uint8ClampedArray.of(...[200, 100, 0, 255], ...[0, 50, 255, 0], ...[80, 0, 60, 51]);
  const picture = { width: 3, height: 1, data };
  const { image, weights } = visiblePart(picture, { grid: { width: 3, height: 1 }, stride: 1 });
  const [mean, edge] = [[180, 83, 10], [160, 67, 20]] as const;
  assert.deepEqual([...image.data], [200, 100, 0, 255, ...mean, 0, ...edge, 51]);
  assert.deepEqual(weights?.map((value) => Math.round(100 * value)), Float32Array.of(100, 67, 67));
});

Deno.test("visiblePart() gives an opaque picture as it is", () => {
  const picture = drawPicture(8, 8, 1);
  const seen = visiblePart(picture, { grid: { width: 2, height: 2 }, stride: 4 });
  assert.deepEqual([seen.image === picture, seen.weights], [true, undefined]);
});
