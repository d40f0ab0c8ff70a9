import assert from "node:assert/strict";
import { affine, statistics } from "../../../lib/adain/mod.ts";
import {
  assertMasks,
  completeMasks,
  cutMask,
  mixAffines,
  resizeMask,
} from "../../../lib/adain/masks.ts";
import { moments, statisticsOf } from "../../../lib/adain/moments.ts";
import { seededRandom } from "../../support/random.ts";

const random = seededRandom(11);
const features = Float32Array.from({ length: 3 * 40 }, () => random());
const whole = statistics(features, 3);
const style = (mean: number): ReturnType<typeof statistics> => ({
  mean: new Float32Array(3).fill(mean),
  std: new Float32Array(3).fill(2),
});
const close = (a: Float32Array, b: Float32Array, tolerance = 1e-5): void => {
  assert.equal(a.length, b.length);
  a.forEach((value, i) => assert(Math.abs(value - (b[i] ?? NaN)) < tolerance, `at ${i}`));
};

Deno.test("resizeMask() keeps a mask of the grid's size", () => {
  const data = Float32Array.from({ length: 12 }, () => random());
  close(resizeMask({ width: 4, height: 3, data }, { width: 4, height: 3 }), data);
});

Deno.test("resizeMask() averages where it shrinks: a fine checkerboard becomes grey", () => {
  const data = Float32Array.from({ length: 64 * 64 }, (_, i) => ((i % 64) + (i >> 6)) % 2);
  for (const value of resizeMask({ width: 64, height: 64, data }, { width: 4, height: 4 })) {
    assert(Math.abs(value - 0.5) < 0.02);
  }
});

Deno.test("resizeMask() counts all that it shrinks: thin lines become light grey", () => {
  const data = Float32Array.from({ length: 64 * 64 }, (_, i) => i % 16 === 4 ? 1 : 0);
  for (const value of resizeMask({ width: 64, height: 64, data }, { width: 4, height: 4 })) {
    assert(Math.abs(value - 1 / 16) < 0.02, `${value}`);
  }
});

Deno.test("resizeMask() takes the part that covers the picture, of any place and size", () => {
  const ramp = Float32Array.from({ length: 12 * 12 }, (_, i) => i % 12 + Math.floor(i / 12));
  const part = { x: 2.5, y: 4.25, width: 4, height: 2 };
  const cut = resizeMask({ width: 12, height: 12, data: ramp, part }, { width: 4, height: 2 });
  close(cut, Float32Array.of(6.75, 7.75, 8.75, 9.75, 7.75, 8.75, 9.75, 10.75));
  const all = { x: 0, y: 0, width: 12, height: 12 };
  const grid = { width: 5, height: 3 };
  const whole = resizeMask({ width: 12, height: 12, data: ramp }, grid);
  close(resizeMask({ width: 12, height: 12, data: ramp, part: all }, grid), whole);
});

Deno.test.each([
  { x: 0, y: 0, width: 0, height: 1 },
  { x: NaN, y: 0, width: 1, height: 1 },
])("assertMasks() refuses the part %j of a mask", (part) => {
  const mask = { width: 1, height: 1, data: Float32Array.of(1), part };
  assert.throws(() => assertMasks([mask], 2), { code: "invalid_target" });
});

Deno.test.each(
  [
    ["of data that do not fit the sides", 4, 4, new Float32Array(15)],
    ["of negative sides", -2, -2, new Float32Array(4)],
    ["of sides with fractions", 2.5, 2, new Float32Array(5)],
    ["without pixels", 0, 0, new Float32Array()],
    ["with NaN", 2, 1, Float32Array.of(1, NaN)],
    ["with an infinite value", 2, 1, Float32Array.of(1, Infinity)],
  ] as const,
)("assertMasks() refuses a mask %s", (_, width, height, data) => {
  assert.throws(() => assertMasks([{ width, height, data }], 2), { code: "invalid_target" });
});

Deno.test("completeMasks() gives the rest to the last region", () => {
  const [first, last] = completeMasks([Float32Array.of(0.25, 1, 0)], 2);
  close(first ?? new Float32Array(), Float32Array.of(0.25, 1, 0));
  close(last ?? new Float32Array(), Float32Array.of(0.75, 0, 1));
});

Deno.test("completeMasks() normalises K masks and shares what none claims", () => {
  const [first, second] = completeMasks([Float32Array.of(1, 0), Float32Array.of(1, 0)], 2);
  close(first ?? new Float32Array(), Float32Array.of(0.5, 0.5));
  close(second ?? new Float32Array(), Float32Array.of(0.5, 0.5));
});

Deno.test("completeMasks() leaves nothing to the last region where others overlap", () => {
  const regions = completeMasks([Float32Array.of(1), Float32Array.of(1)], 3);
  assert.deepEqual(regions.map((region) => [...region]), [[0.5], [0.5], [0]]);
});

Deno.test.each([[1, 1], [1, 3], [3, 2], [1, 8]])(
  "assertMasks() refuses %d mask(s) for %d style(s)",
  (count, styles) => {
    const mask = { width: 1, height: 1, data: Float32Array.of(1) };
    const masks = new Array(count).fill(mask);
    assert.throws(() => assertMasks(masks, styles), { code: "invalid_target" });
  },
);

Deno.test("assertMasks() takes K or K-1 masks for K styles, and none", () => {
  const mask = { width: 2, height: 1, data: Float32Array.of(0, 1) };
  assertMasks([mask], 2);
  assertMasks([mask, mask], 2);
  assertMasks([], 1);
});

Deno.test("cutMask() takes a rectangle of the grid", () => {
  const mask = Float32Array.from({ length: 12 }, (_, i) => i);
  const cut = cutMask(mask, { width: 4, height: 3 }, { x: 1, y: 1, width: 2, height: 2 });
  assert.deepEqual([...cut], [5, 6, 9, 10]);
});

Deno.test("mixAffines() of one region everywhere is its map at every position", () => {
  const plain = affine(whole, style(4), 0.7);
  const map = mixAffines([plain], [new Float32Array(40).fill(1)]);
  const spread = (values: Float32Array): Float32Array =>
    Float32Array.from({ length: 120 }, (_, i) => values[Math.floor(i / 40)] ?? 0);
  close(map.scale, spread(plain.scale));
  close(map.shift, spread(plain.shift));
});

Deno.test("mixAffines() mixes modulations as scale and shift", () => {
  const maps = [[1, 10], [3, -10]].map((modulation) => ({
    ...affine(whole, style(1)),
    modulation: Float32Array.from(modulation),
  }));
  const masks = [Float32Array.of(1, 0.5), Float32Array.of(0, 0.5)];
  const { modulation } = mixAffines(maps, masks);
  assert.deepEqual([...modulation ?? []], [1, 2, 10, 0]);
});

Deno.test("mixAffines() gives each hard region its style's mean", () => {
  const left = Float32Array.from({ length: 40 }, (_, i) => i < 20 ? 1 : 0);
  const masks = [left, left.map((v) => 1 - v)];
  const area = { x: 0, y: 0, width: 40, height: 1 };
  const maps = masks.map((mask, k) => {
    const region = statisticsOf(moments({ values: features, width: 40, height: 1 }, area, mask));
    return affine(region ?? whole, style([4, -9][k] ?? 0));
  });
  const map = mixAffines(maps, masks);
  const painted = features.map((value, i) => value * (map.scale[i] ?? 0) + (map.shift[i] ?? 0));
  for (const channel of [0, 1, 2]) {
    const plane = painted.subarray(40 * channel, 40 * channel + 40);
    const mean = (part: Float32Array): number => part.reduce((a, b) => a + b, 0) / part.length;
    assert(Math.abs(mean(plane.subarray(0, 20)) - 4) < 1e-3);
    assert(Math.abs(mean(plane.subarray(20)) + 9) < 1e-3);
  }
});
