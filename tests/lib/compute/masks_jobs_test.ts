import assert from "node:assert/strict";
import type { JobTarget, PaintJob } from "../../../lib/compute/mod.ts";
import { decode, encode, encodeAnimation, type Pixels } from "../../../lib/image/mod.ts";
import { drawPicture, meanDifference } from "../../support/pictures.ts";
import { GEOMETRY } from "./_compute.ts";
import { cut, job, withCompute } from "./_jobs.ts";

Deno.test("masks give each style its side of the picture", async () => {
  await withCompute(async (compute, [a, b]) => {
    const half = { width: 96, height: 64, data: new Uint8ClampedArray(4 * 96 * 64) };
    for (let i = 0; i < half.data.length; i += 4) {
      half.data.fill(i / 4 % 96 < 48 ? 255 : 0, i, i + 3);
      half.data[i + 3] = 255;
    }
    const mask = await encode(half, { format: "png" });
    const styles = [...a.styles, ...b.styles];
    const paint = async (target: JobTarget): Promise<Pixels> =>
      await decode((await compute.run(job({ target }))).body);
    const both = await paint({ ...a, styles, masks: [mask] });
    const swapped = await paint({ ...a, styles: styles.toReversed(), masks: [mask] });
    assert(meanDifference(cut(both, 0, 48), cut(swapped, 0, 48)) > 4);
    const whole = await encode({ ...half, data: half.data.map(() => 255) }, { format: "png" });
    const onlyA = await paint({ ...a, styles, masks: [whole] });
    assert(meanDifference(onlyA, await paint(a)) < 1);
  });
});

Deno.test.each<[string, PaintJob["geometry"]["gravity"], boolean]>([
  ["at a focal point", { x: 1, y: 0.5 }, false],
  ["by attention", "attention", false],
  ["at a focal point in an animation", { x: 1, y: 0.5 }, true],
  ["by attention in an animation", "attention", true],
])("a mask is cut with its content: %s", async (_, gravity, animated) => {
  // There is something to see in the right half only, and the mask covers that half.
  const busy = drawPicture(96, 64, 1);
  const half = drawPicture(96, 64, 1);
  for (let i = 0; i < busy.data.length; i += 4) {
    if (i / 4 % 96 < 48) busy.data.fill(100, i, i + 3);
    half.data.fill(i / 4 % 96 < 48 ? 0 : 255, i, i + 3);
  }
  const frame = { pixels: busy, delay: 100 };
  const film = await encodeAnimation({ frames: [frame, frame], plays: 0 }, { format: "webp" });
  const content = animated ? film : await encode(busy, { format: "png" });
  const mask = await encode(half, { format: "png" });
  const geometry = { ...GEOMETRY, width: 48, height: 64, fit: "cover", gravity } as const;
  const output = { format: animated ? "webp" : "png", animated } as const;
  await withCompute(async (compute, [a, b]) => {
    const paint = async (target: JobTarget): Promise<Pixels> => {
      const { body } = await compute.run(job({ source: content, target, geometry, output }));
      return await decode(body);
    };
    const styles = [...a.styles, ...b.styles];
    const masked = await paint({ ...a, styles, masks: [mask] });
    const fromA = meanDifference(masked, await paint(a));
    const fromB = meanDifference(masked, await paint(b));
    assert(fromA < fromB / 4, `${fromA} from its style, ${fromB} from the other`);
  });
});
