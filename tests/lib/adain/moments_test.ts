import assert from "node:assert/strict";
import { statistics } from "../../../lib/adain/mod.ts";
import { mergeMoments, moments, statisticsOf } from "../../../lib/adain/moments.ts";
import { seededRandom } from "../../support/random.ts";

const random = seededRandom(17);
const [width, height, channels] = [9, 7, 3];
// Far from zero, where one pass over sums of squares would lose all digits.
const values = Float32Array.from({ length: channels * width * height }, () => 500 + random());
const map = { values, width, height };
const all = { x: 0, y: 0, width, height };

function close(a: Float32Array, b: Float32Array): void {
  assert.equal(a.length, b.length);
  a.forEach((value, i) => assert(Math.abs(value - (b[i] ?? NaN)) < 1e-5 * Math.abs(value)));
}

Deno.test("moments() of the whole map are statistics()", () => {
  const found = statisticsOf(moments(map, all));
  const expected = statistics(values, channels);
  assert(found);
  close(found.mean, expected.mean);
  close(found.std, expected.std);
});

Deno.test("mergeMoments() of parts is the whole, with weights too", () => {
  const weights = Float32Array.from({ length: width * height }, () => random());
  const cut = { x: 0, y: 0, width, height: 3 };
  const rest = { x: 0, y: 3, width, height: 4 };
  const merged = mergeMoments(
    moments(map, cut, weights.subarray(0, 3 * width)),
    moments(map, rest, weights.subarray(3 * width)),
  );
  const found = statisticsOf(merged);
  const expected = statisticsOf(moments(map, all, weights));
  assert(found && expected);
  close(found.mean, expected.mean);
  close(found.std, expected.std);
});

Deno.test("mergeMoments() with nothing changes nothing", () => {
  const some = moments(map, all);
  const nothing = moments(map, all, new Float32Array(width * height));
  for (const merged of [mergeMoments(some, nothing), mergeMoments(nothing, some)]) {
    assert.deepEqual(statisticsOf(merged), statisticsOf(some));
  }
  assert.equal(mergeMoments(nothing, nothing).weight, 0);
});

Deno.test("moments() of a hard mask are those of its positions alone", () => {
  const area = { x: 2, y: 1, width: 4, height: 5 };
  const mask = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= 2 && x < 6 && y >= 1 && y < 6 ? 1 : 0;
  });
  const found = statisticsOf(moments(map, all, mask));
  const expected = statisticsOf(moments(map, area));
  assert(found && expected);
  close(found.mean, expected.mean);
  close(found.std, expected.std);
});

Deno.test("statisticsOf() has none for a region smaller than one feature", () => {
  assert.equal(statisticsOf(moments(map, all, new Float32Array(width * height))), null);
  assert.equal(statisticsOf(moments(map, { ...all, width: 1, height: 1 })), null);
});
