import assert from "node:assert/strict";
import { AdainError, affine, blend, MAX_STYLES, normaliseWeights } from "../../../lib/adain/mod.ts";
import type { Statistics } from "../../../lib/adain/mod.ts";
import { seededRandom } from "../../support/random.ts";

const random = seededRandom(7);
const draw = (least: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: 6 }, () => least + 2 * random());
const some = (): Statistics => ({ mean: draw(-1), std: draw(0.1) });

Deno.test("normaliseWeights() sums to 1 and keeps proportions", () => {
  assert.deepEqual(normaliseWeights([1, 3]), [0.25, 0.75]);
  assert.deepEqual(normaliseWeights([5]), [1]);
  assert.deepEqual(normaliseWeights([0, 2]), [0, 1]);
  assert.deepEqual(normaliseWeights([1e308, 1e308]), [0.5, 0.5]);
});

Deno.test.each([
  ["no weight", []],
  ["nine weights", new Array(MAX_STYLES + 1).fill(1)],
  ["weights that are all 0", [0, 0]],
  ["a negative weight", [1, -0.1]],
  ["a weight that is not a number", [1, NaN]],
  ["an infinite weight", [1, Infinity]],
])("normaliseWeights() refuses %s", (_, weights) => {
  assert.throws(() => normaliseWeights(weights), (error) => {
    assert(error instanceof AdainError);
    assert.equal(error.code, "invalid_target");
    return true;
  });
});

Deno.test("blend() of one style is the style", () => {
  const style = some();
  assert.deepEqual(blend([{ statistics: style, weight: 4 }]), style);
});

Deno.test("blend() refuses statistics of different models", () => {
  const other = { mean: new Float32Array(3), std: new Float32Array(3).fill(1) };
  assert.throws(() => blend([{ statistics: some() }, { statistics: other }]), {
    code: "model_mismatch",
  });
});

Deno.test("affine() of a blend equals blending the stylised features", () => {
  const [content, a, b] = [some(), some(), some()];
  const weights = [0.3, 0.7];
  const alpha = 0.6;
  const mixed = affine(
    content,
    blend([
      { statistics: a, weight: 0.3 },
      { statistics: b, weight: 0.7 },
    ]),
    alpha,
  );
  for (let channel = 0; channel < 6; channel++) {
    const feature = 0.37;
    const at = (values: Float32Array): number => values[channel] ?? 0;
    const normal = (feature - at(content.mean)) / at(content.std);
    const styled = [a, b].reduce(
      (sum, style, k) => sum + (weights[k] ?? 0) * (normal * at(style.std) + at(style.mean)),
      0,
    );
    const expected = alpha * styled + (1 - alpha) * feature;
    assert(Math.abs(at(mixed.scale) * feature + at(mixed.shift) - expected) < 1e-5);
  }
});

Deno.test("affine() at alpha 0 changes nothing", () => {
  const { scale, shift } = affine(some(), some(), 0);
  assert(scale.every((value) => value === 1));
  assert(shift.every((value) => value === 0));
});

Deno.test("affine() with the content's own statistics changes nothing", () => {
  const content = some();
  const { scale, shift } = affine(content, content);
  assert(scale.every((value) => Math.abs(value - 1) < 1e-6));
  assert(shift.every((value) => Math.abs(value) < 1e-6));
});

Deno.test.each([[-0.1], [1.1], [NaN], [Infinity]])("affine() refuses alpha %d", (alpha) => {
  assert.throws(() => affine(some(), some(), alpha), { code: "invalid_target" });
});

Deno.test("blend() and affine() carry the modulation: weighted, times alpha", () => {
  const [a, b] = [Float32Array.of(1, -2), Float32Array.of(3, 2)]
    .map((modulation) => ({ ...some(), modulation }));
  assert(a && b);
  const style = blend([{ statistics: a, weight: 3 }, { statistics: b, weight: 1 }]);
  assert.deepEqual([...style.modulation ?? []], [1.5, -1]);
  assert.deepEqual([...affine(some(), style, 0.5).modulation ?? []], [0.75, -0.5]);
  assert.equal(affine(some(), some()).modulation, undefined);
  assert.throws(() => blend([{ statistics: a }, { statistics: some() }]), {
    code: "model_mismatch",
  });
});

Deno.test("affine() refuses a style of another model", () => {
  const other = { mean: new Float32Array(3), std: new Float32Array(3).fill(1) };
  assert.throws(() => affine(some(), other), { code: "model_mismatch" });
});
