import assert from "node:assert/strict";
import { encode } from "../../../lib/image/mod.ts";
import { costOf } from "../../../lib/pictures/cost.ts";
import { drawPicture } from "../../support/pictures.ts";
import { writeGif } from "../image/fixtures.ts";

const AS_IT_IS = {
  fit: "inside",
  gravity: { x: 0.5, y: 0.5 },
  dpr: 1,
  enlarge: true,
  maxSide: 4096,
} as const;

const picture = { bytes: await encode(drawPicture(100, 80, 1), { format: "png" }) };

/** Pixels for which a cost stands, at 12 bytes each. */
function pixels(cost: number, ...files: readonly { readonly bytes: Uint8Array }[]): number {
  return (cost - files.reduce((sum, { bytes }) => sum + bytes.length, 0)) / 12;
}

Deno.test("costOf() counts a source, and a result that is larger", () => {
  assert.equal(pixels(costOf(picture), picture), 8000);
  assert.equal(pixels(costOf(picture, { geometry: { ...AS_IT_IS, width: 10 } }), picture), 8000);
  const large = costOf(picture, { geometry: { ...AS_IT_IS, width: 1000 } });
  assert.equal(pixels(large, picture), 800_000);
});

Deno.test("costOf() counts margins, cells and masks", () => {
  const box = { ...AS_IT_IS, fit: "contain", width: 200, height: 300 } as const;
  assert.equal(pixels(costOf(picture, { geometry: box }), picture), 60_000);
  assert.equal(pixels(costOf(picture, { geometry: box, cells: 4 }), picture), 240_000);
  const masked = costOf(picture, { geometry: box, masks: [picture] });
  assert.equal(pixels(masked, picture, picture), 68_000);
});

Deno.test("costOf() counts the frames of an animation where all are asked", () => {
  const frame = { x: 0, y: 0, width: 8, height: 6, color: 1, dispose: 1, delay: 10 } as const;
  const gif = { bytes: writeGif([8, 6], [frame, frame, frame]) };
  assert.equal(pixels(costOf(gif, { geometry: AS_IT_IS }), gif), 48);
  assert.equal(pixels(costOf(gif, { geometry: AS_IT_IS, animated: true }), gif), 3 * 48);
  const refused = costOf(gif, { geometry: { ...AS_IT_IS, width: 4096 }, animated: true });
  assert.equal(pixels(refused, gif), 24_000_000);
});
