import assert from "node:assert/strict";
import { readTarget } from "../../../lib/compute/paint.ts";
import { DEFAULT_LIMITS, encode } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";

const LIMITS = { limits: DEFAULT_LIMITS };
const TARGET = { styles: [], alpha: 1, colour: "style" } as const;

Deno.test("readTarget() makes a mask's grey values of what is seen of it on black", async () => {
  const data = Uint8ClampedArray.of(
    ...[255, 255, 255, 255],
    ...[255, 255, 255, 0],
    ...[255, 255, 255, 51],
    ...[0, 255, 0, 255],
  );
  const mask = await encode({ width: 4, height: 1, data }, { format: "png" });
  const { masks: [read] = [] } = await readTarget({ ...TARGET, masks: [mask] }, LIMITS);
  assert.deepEqual([read?.width, read?.height], [4, 1]);
  const grey = Array.from(read?.data ?? [], (value) => value.toFixed(4));
  assert.deepEqual(grey, ["1.0000", "0.0000", "0.2000", "0.7152"]);
});

Deno.test("readTarget() names the mask whose pixels cannot be read", async () => {
  const mask = await encode(drawPicture(96, 64, 1), { format: "png" });
  const target = { ...TARGET, masks: [mask, mask.slice(0, -40)] };
  const refused = { code: "corrupt_image", message: /^mask 2: / };
  await assert.rejects(readTarget(target, LIMITS), refused);
});
