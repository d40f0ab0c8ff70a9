import assert from "node:assert/strict";
import { smoothStatistics, type Statistics, statisticsDistance } from "../../../lib/adain/mod.ts";
import { smoothRegions } from "../../../lib/adain/frames.ts";
import { smoothingReach } from "../../../lib/adain/smoothing.ts";
import { seededRandom } from "../../support/random.ts";

const frame = (mean: number): Statistics => ({
  mean: Float32Array.of(mean, -mean),
  std: Float32Array.of(10, 10 + mean / 10),
});
const means = (all: readonly Statistics[], smoothing = {}): number[] =>
  all.map((_, at) => smoothStatistics(all, at, smoothing).mean[0] ?? NaN);

Deno.test("smoothStatistics() trailing is the recurrence of the moving average", () => {
  const random = seededRandom(5);
  const frames = Array.from({ length: 60 }, () => frame(random()));
  let expected = frames[0]?.mean[0] ?? 0;
  means(frames, { retain: 0.7 }).forEach((mean, at) => {
    if (at > 0) expected = 0.7 * expected + 0.3 * (frames[at]?.mean[0] ?? 0);
    assert(Math.abs(mean - expected) < 1e-3);
  });
});

Deno.test("smoothStatistics() centred is the mean of the neighbours, fewer at the ends", () => {
  const found = means([0, 1, 2, 0.5].map(frame), { kind: "centred", radius: 1 });
  [0.5, 1, 3.5 / 3, 1.25].forEach((mean, i) => assert(Math.abs(mean - (found[i] ?? NaN)) < 1e-6));
});

Deno.test("smoothStatistics() without retention, or around nothing, changes nothing", () => {
  const frames = [0, 1, 2].map(frame);
  assert.deepEqual(means(frames, { retain: 0 }), [0, 1, 2]);
  assert.deepEqual(means(frames, { kind: "centred", radius: 0 }), [0, 1, 2]);
});

Deno.test("smoothStatistics() does not smooth across a cut", () => {
  const frames = [0, 0, 0, 20, 20].map(frame);
  assert(statisticsDistance(frame(0), frame(20)) > 1);
  for (const kind of ["trailing", "centred"]) {
    assert.deepEqual(means(frames, { kind }), [0, 0, 0, 20, 20]);
  }
  assert.notEqual(means(frames, { cut: Infinity })[3], 20);
});

Deno.test.each([
  [{ retain: 1 }],
  [{ retain: -0.1 }],
  [{ retain: NaN }],
  [{ radius: 1.5 }],
  [{ radius: 61 }],
  [{ cut: 0 }],
  [{ kind: "x" as "trailing" }],
])("smoothingReach() refuses %o", (smoothing) => {
  assert.throws(() => smoothingReach(smoothing), RangeError);
});

Deno.test.each([[-1], [2], [0.5], [NaN]])(
  "smoothStatistics() refuses the frame %s of two",
  (at) => {
    assert.throws(() => smoothStatistics([frame(0), frame(1)], at), RangeError);
  },
);

for (const kind of ["trailing", "centred"] as const) {
  Deno.test(`smoothRegions() ${kind} of a stream equals smoothing all at once`, async () => {
    const random = seededRandom(6);
    const all = Array.from({ length: 40 }, () => frame(random()));
    const smoothing = { kind, retain: 0.4, radius: 3 };
    async function* stream(): AsyncGenerator<{ regions: { content: Statistics[]; masks: [] } }> {
      for (const content of all) {
        yield await Promise.resolve({ regions: { content: [content], masks: [] } });
      }
    }
    const found: number[] = [];
    for await (const { regions } of smoothRegions(stream(), smoothing)) {
      found.push(regions.content[0]?.mean[0] ?? NaN);
    }
    const expected = means(all, smoothing);
    assert.equal(found.length, 40);
    found.forEach((mean, i) => assert(Math.abs(mean - (expected[i] ?? NaN)) < 1e-6));
  });
}
