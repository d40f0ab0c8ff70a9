import assert from "node:assert/strict";
import {
  AdainError,
  assertStatistics,
  packStatistics,
  statistics,
  unpackStatistics,
} from "../../../lib/adain/mod.ts";
import { seededRandom } from "../../support/random.ts";

/** Unbiased variance plus 1e-5, by the textbook. */
function reference(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1) + 1e-5) };
}

Deno.test("statistics() agrees with the textbook on random features", () => {
  const random = seededRandom(1);
  const channels = Array.from(
    { length: 5 },
    (_, c) => Array.from({ length: 77 }, () => Math.fround(100 * c + 3 * random())),
  );
  const { mean, std } = statistics(Float32Array.from(channels.flat()), 5);
  channels.forEach((values, channel) => {
    const expected = reference(values);
    assert(Math.abs((mean[channel] ?? 0) - expected.mean) < 1e-4);
    assert(Math.abs((std[channel] ?? 0) - expected.std) < 1e-6);
  });
});

Deno.test("statistics() of a flat channel has the deviation of epsilon alone", () => {
  const { mean, std } = statistics(new Float32Array(9).fill(7), 1);
  assert.equal(mean[0], 7);
  assert(Math.abs((std[0] ?? 0) - Math.sqrt(1e-5)) < 1e-9);
});

Deno.test("statistics() of one position does not divide by zero", () => {
  const { std } = statistics(Float32Array.of(3), 1);
  assert(Math.abs((std[0] ?? 0) - Math.sqrt(1e-5)) < 1e-9);
});

Deno.test("statistics() refuses lengths that are no multiple of the channels", () => {
  assert.throws(() => statistics(new Float32Array(7), 2), RangeError);
  assert.throws(() => statistics(new Float32Array(0), 2), RangeError);
  for (const channels of [-2, 0, 0.5, NaN]) {
    assert.throws(() => statistics(new Float32Array(4), channels), /Cannot compute/);
  }
});

Deno.test("packStatistics() and unpackStatistics() are inverse, means first", () => {
  const value = { mean: Float32Array.of(1, -2.5), std: Float32Array.of(0.25, 4) };
  const bytes = packStatistics(value);
  assert.equal(bytes.length, 16);
  assert.deepEqual([...new Float32Array(bytes.buffer)], [1, -2.5, 0.25, 4]);
  assert.deepEqual(unpackStatistics(bytes, { channels: 2 }), value);
});

Deno.test("packStatistics() puts the modulation last", () => {
  const value = {
    mean: Float32Array.of(1),
    std: Float32Array.of(2),
    modulation: Float32Array.of(-1, 0, 0.5),
  };
  const bytes = packStatistics(value);
  assert.deepEqual([...new Float32Array(bytes.buffer)], [1, 2, -1, 0, 0.5]);
  assert.deepEqual(unpackStatistics(bytes, { channels: 1, modulation: 3 }), value);
  assert.throws(() => unpackStatistics(bytes, { channels: 1 }), { code: "invalid_statistics" });
  assert.throws(() => unpackStatistics(bytes, { channels: 1, modulation: 2 }), {
    code: "invalid_statistics",
    message: /20 bytes, expected 16/,
  });
});

Deno.test("unpackStatistics() refuses another model's length", () => {
  const bytes = packStatistics({ mean: new Float32Array(2), std: Float32Array.of(1, 1) });
  assert.throws(() => unpackStatistics(bytes, { channels: 3 }), (error) => {
    assert(error instanceof AdainError);
    assert.equal(error.code, "invalid_statistics");
    assert.match(error.message, /16 bytes, expected 24/);
    return true;
  });
});

Deno.test.each([
  ["too short", { mean: Float32Array.of(1), std: Float32Array.of(1) }],
  ["a mean that is not a number", { mean: Float32Array.of(1, NaN), std: Float32Array.of(1, 1) }],
  ["a deviation of 0", { mean: Float32Array.of(1, 1), std: Float32Array.of(1, 0) }],
  ["a negative deviation", { mean: Float32Array.of(1, 1), std: Float32Array.of(1, -1) }],
  ["an infinite deviation", { mean: Float32Array.of(1, 1), std: Float32Array.of(1, Infinity) }],
])("assertStatistics() refuses %s", (_, value) => {
  assert.throws(() => assertStatistics(value, { channels: 2 }), AdainError);
});

Deno.test.each([
  ["none", undefined],
  ["too few", Float32Array.of(1)],
  ["one that is not finite", Float32Array.of(1, Infinity)],
])("assertStatistics() refuses a modulation: %s", (_, modulation) => {
  const value = { mean: Float32Array.of(1), std: Float32Array.of(1) };
  const style = modulation ? { ...value, modulation } : value;
  assert.throws(() => assertStatistics(style, { channels: 1, modulation: 2 }), {
    code: "invalid_statistics",
  });
});
