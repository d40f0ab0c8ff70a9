import assert from "node:assert/strict";
import { affine, statistics } from "../../../lib/adain/mod.ts";
import {
  completeMasks,
  maskedAffine,
  regionStatistics,
  resizeMask,
} from "../../../lib/adain/masks.ts";
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

Deno.test("resizeMask() refuses data that do not fit the sides", () => {
  const mask = { width: 4, height: 4, data: new Float32Array(15) };
  assert.throws(() => resizeMask(mask, { width: 2, height: 2 }), { code: "invalid_target" });
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

Deno.test("completeMasks() refuses a wrong number of masks", () => {
  assert.throws(() => completeMasks([new Float32Array(4)], 3), { code: "invalid_target" });
  assert.throws(() => completeMasks([], 2), { code: "invalid_target" });
});

Deno.test("regionStatistics() of a hard mask are those of its positions alone", () => {
  const mask = Float32Array.from({ length: 40 }, (_, i) => i < 15 ? 1 : 0);
  const inside = Float32Array.from(
    [0, 1, 2].flatMap((c) => [...features.slice(40 * c, 40 * c + 15)]),
  );
  const expected = statistics(inside, 3);
  const region = regionStatistics(features, mask, whole);
  close(region.mean, expected.mean);
  close(region.std, expected.std);
});

Deno.test("regionStatistics() of an empty region are those of the whole", () => {
  assert.equal(regionStatistics(features, new Float32Array(40), whole), whole);
});

Deno.test("maskedAffine() of one region everywhere is affine()", () => {
  const map = maskedAffine(features, whole, {
    regions: [{ mask: new Float32Array(40).fill(1), style: style(4) }],
    alpha: 0.7,
  });
  const plain = affine(whole, style(4), 0.7);
  close(
    map.scale,
    Float32Array.from({ length: 120 }, (_, i) => plain.scale[Math.floor(i / 40)] ?? 0),
  );
  close(
    map.shift,
    Float32Array.from({ length: 120 }, (_, i) => plain.shift[Math.floor(i / 40)] ?? 0),
  );
});

Deno.test("maskedAffine() gives each hard region its style's mean", () => {
  const left = Float32Array.from({ length: 40 }, (_, i) => i < 20 ? 1 : 0);
  const map = maskedAffine(features, whole, {
    regions: [{ mask: left, style: style(4) }, { mask: left.map((v) => 1 - v), style: style(-9) }],
    alpha: 1,
  });
  const painted = features.map((value, i) => value * (map.scale[i] ?? 0) + (map.shift[i] ?? 0));
  for (const channel of [0, 1, 2]) {
    const plane = painted.subarray(40 * channel, 40 * channel + 40);
    const mean = (part: Float32Array): number => part.reduce((a, b) => a + b, 0) / part.length;
    assert(Math.abs(mean(plane.subarray(0, 20)) - 4) < 1e-3);
    assert(Math.abs(mean(plane.subarray(20)) + 9) < 1e-3);
  }
});
