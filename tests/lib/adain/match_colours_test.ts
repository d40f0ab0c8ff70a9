import assert from "node:assert/strict";
import { colourMoments, matchColours, type RgbaImage } from "../../../lib/adain/mod.ts";
import { multiply, symmetricPower } from "../../../lib/adain/symmetric.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";
import { seededRandom } from "../../support/random.ts";

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Correlated colours in the middle of the range, so that nothing is clamped. */
function soft(seed: number, middle: number, spread: number): RgbaImage {
  const random = seededRandom(seed);
  const [width, height] = [64, 48];
  const data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < data.length; i += 4) {
    const common = random() - 0.5;
    for (let k = 0; k < 3; k++) {
      data[i + k] = middle + 5 * k + spread * (common + (0.3 + 0.2 * k) * (random() - 0.5));
    }
    data[i + 3] = i % 256;
  }
  return { width, height, data };
}

/** Inverse by cofactors. */
function inverse(m: readonly number[]): number[] {
  const at = (i: number): number => m[i] ?? 0;
  const minor = (a: number, b: number, c: number, d: number): number =>
    at(a) * at(d) - at(b) * at(c);
  const adjugate = [
    ...[minor(4, 5, 7, 8), -minor(1, 2, 7, 8), minor(1, 2, 4, 5)],
    ...[-minor(3, 5, 6, 8), minor(0, 2, 6, 8), -minor(0, 2, 3, 5)],
    ...[minor(3, 4, 6, 7), -minor(0, 1, 6, 7), minor(0, 1, 3, 4)],
  ];
  const determinant = at(0) * (adjugate[0] ?? 0) + at(1) * (adjugate[3] ?? 0) +
    at(2) * (adjugate[6] ?? 0);
  return adjugate.map((value) => value / determinant);
}

/** Square root by the Denman–Beavers iteration: nothing in common with the code under test. */
function root(matrix: readonly number[]): number[] {
  let [y, z] = [[...matrix], [...IDENTITY]];
  for (let i = 0; i < 30; i++) {
    const [next, other] = [inverse(z), inverse(y)];
    y = y.map((value, k) => (value + (next[k] ?? 0)) / 2);
    z = z.map((value, k) => (value + (other[k] ?? 0)) / 2);
  }
  return y;
}

Deno.test("symmetricPower() gives square roots and their inverse", () => {
  const matrix = [4, 1, 0.5, 1, 3, -0.2, 0.5, -0.2, 2];
  const squared = multiply(symmetricPower(matrix, 0.5), symmetricPower(matrix, 0.5));
  const one = multiply(symmetricPower(matrix, 0.5), symmetricPower(matrix, -0.5));
  squared.forEach((value, i) => assert(Math.abs(value - (matrix[i] ?? 0)) < 1e-12));
  one.forEach((value, i) => assert(Math.abs(value - (IDENTITY[i] ?? 0)) < 1e-12));
});

Deno.test("matchColours() gives the style the content's mean and covariance", () => {
  const content = soft(2, 120, 50);
  const found = colourMoments(matchColours(soft(1, 90, 80), content));
  const expected = colourMoments(content);
  found.mean.forEach((mean, i) => assert(Math.abs(mean - (expected.mean[i] ?? 0)) < 0.1));
  const largest = Math.max(...expected.covariance);
  found.covariance.forEach((value, i) =>
    assert(Math.abs(value - (expected.covariance[i] ?? 0)) < 0.01 * largest)
  );
});

Deno.test("matchColours() equals the plain reference", () => {
  const [style, content] = [soft(3, 100, 70), soft(4, 140, 40)];
  const [from, to] = [colourMoments(style), colourMoments(content)];
  const deviations = ({ covariance }: typeof from): number[] =>
    [0, 4, 8].map((i) => Math.sqrt(covariance[i] ?? 0));
  const [ds, dc] = [deviations(from), deviations(to)];
  const correlation = ({ covariance }: typeof from, d: number[]): number[] =>
    covariance.map((v, i) => v / ((d[Math.floor(i / 3)] ?? 1) * (d[i % 3] ?? 1)));
  const turn = multiply(root(correlation(to, dc)), inverse(root(correlation(from, ds))));
  const { data } = matchColours(style, content);
  for (let i = 0; i < 400; i += 4) {
    const x = [0, 1, 2].map((k) => ((style.data[i + k] ?? 0) - (from.mean[k] ?? 0)) / (ds[k] ?? 1));
    for (let k = 0; k < 3; k++) {
      const standard = x.reduce((sum, value, j) => sum + value * (turn[3 * k + j] ?? 0), 0);
      const expected = standard * (dc[k] ?? 0) + (to.mean[k] ?? 0);
      assert(Math.abs((data[i + k] ?? 0) - expected) < 1, `${data[i + k]} for ${expected}`);
    }
  }
});

Deno.test("matchColours() of a picture with itself changes nothing", () => {
  const picture = drawPicture(40, 30, 5);
  assert(largestDifference(matchColours(picture, picture), picture) <= 1);
});

Deno.test("matchColours() keeps size and alpha, and neither input changes", () => {
  const [style, content] = [soft(6, 100, 70), drawPicture(9, 5, 7)];
  const before = style.data.slice();
  const matched = matchColours(style, content);
  assert.deepEqual([matched.width, matched.height], [style.width, style.height]);
  assert.deepEqual(style.data, before);
  for (let i = 3; i < before.length; i += 4) assert.equal(matched.data[i], before[i]);
});

Deno.test("matchColours() with a grey or flat picture stays finite and grey where it must", () => {
  const grey = soft(8, 120, 60);
  for (let i = 0; i < grey.data.length; i += 4) {
    grey.data.fill(grey.data[i] ?? 0, i, i + 3);
  }
  const { data } = matchColours(drawPicture(32, 32, 9), grey);
  for (let i = 0; i < data.length; i += 4) {
    assert(Math.abs((data[i] ?? 0) - (data[i + 1] ?? 0)) <= 3);
    assert(Math.abs((data[i] ?? 0) - (data[i + 2] ?? 0)) <= 3);
  }
  const flat = { width: 2, height: 2, data: new Uint8ClampedArray(16).fill(77) };
  assert(largestDifference(matchColours(flat, flat), flat) <= 1);
});

Deno.test("colourMoments() count what is seen", () => {
  const moments = (...data: number[]): ReturnType<typeof colourMoments> =>
    colourMoments({ width: data.length / 4, height: 1, data: Uint8ClampedArray.from(data) });
  const [one, two, hidden] = [[10, 20, 30, 255], [40, 10, 50, 255], [255, 0, 255, 0]];
  assert.deepEqual(moments(...one, ...hidden, ...two), moments(...one, ...two));
  const { mean, covariance } = moments(...hidden);
  assert([...mean, ...covariance].every((value) => value === 0));
});
