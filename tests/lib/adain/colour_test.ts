import assert from "node:assert/strict";
import { keepContentColour } from "../../../lib/adain/mod.ts";
import { drawPicture } from "../../support/pictures.ts";

const luma = (data: Uint8ClampedArray, i: number): number =>
  0.299 * (data[i] ?? 0) + 0.587 * (data[i + 1] ?? 0) + 0.114 * (data[i + 2] ?? 0);

Deno.test("keepContentColour() takes the stylised luma, also near black and white", () => {
  const stylised = drawPicture(40, 40, 1);
  stylised.data.fill(255, 0, 400).fill(0, 400, 800);
  const before = stylised.data.slice();
  keepContentColour(stylised, drawPicture(40, 40, 2));
  for (let i = 0; i < before.length; i += 4) {
    assert(Math.abs(luma(stylised.data, i) - luma(before, i)) < 1.01);
  }
});

Deno.test("keepContentColour() of a picture with itself changes nothing", () => {
  const picture = drawPicture(20, 20, 3);
  const copy = { ...picture, data: picture.data.slice() };
  keepContentColour(copy, picture);
  assert.deepEqual(copy.data, picture.data);
});

Deno.test("keepContentColour() refuses another size", () => {
  assert.throws(() => keepContentColour(drawPicture(4, 4, 1), drawPicture(4, 5, 1)), RangeError);
});
