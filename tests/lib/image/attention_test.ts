import assert from "node:assert/strict";
import { blank, moveToAttention, type Pixels } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";

/** Plain grey, with something to see at one place. */
function scene(width: number, height: number, place: { x: number; y: number }): Pixels {
  const plain = blank(width, height);
  plain.data.fill(128);
  for (let i = 3; i < plain.data.length; i += 4) plain.data[i] = 255;
  const thing = drawPicture(40, 40, 5);
  for (let row = 0; row < 40; row++) {
    const line = thing.data.subarray(160 * row, 160 * row + 160);
    plain.data.set(line, 4 * ((place.y + row) * width + place.x));
  }
  return plain;
}

Deno.test.each([[10, 20], [200, 20], [345, 50]] as const)(
  "moveToAttention() finds what is to see at %i, %i",
  (x, y) => {
    const part = { x: 140, y: 0, width: 120, height: 100 };
    const moved = moveToAttention(scene(400, 100, { x, y }), part);
    assert.deepEqual({ ...moved, x: 0 }, { ...part, x: 0 });
    assert(moved.x <= x + 4 && moved.x + 120 >= x + 36, `at ${moved.x}`);
    assert(moved.x >= 0 && moved.x + 120 <= 400);
  },
);

Deno.test("moveToAttention() stays in the middle where there is nothing to see", () => {
  const plain = { width: 300, height: 100, data: new Uint8ClampedArray(120_000).fill(255) };
  const moved = moveToAttention(plain, { x: 0, y: 0, width: 100, height: 100 });
  assert(Math.abs(moved.x - 100) <= 5, `at ${moved.x}`);
});

Deno.test("moveToAttention() of a single pixel is that pixel", () => {
  const part = { x: 0, y: 0, width: 1, height: 1 };
  assert.deepEqual(moveToAttention(blank(1, 1), part), part);
});
