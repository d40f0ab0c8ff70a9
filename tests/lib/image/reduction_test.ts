import assert from "node:assert/strict";
import { decode, encode, pad, probe, reductionFor, resize } from "../../../lib/image/mod.ts";
import { drawPicture, meanDifference } from "../../support/pictures.ts";
import { be16, be32, join, withSegment } from "./fixtures.ts";

const JPEG = { format: "jpeg", quality: 95 } as const;

Deno.test.each(
  [[1000, 400, 2], [1000, 401, 1], [1000, 125, 4], [1000, 126, 2], [100, 200, 1]] as const,
)("reductionFor() from %i to %i is %i", async (from, to, reduction) => {
  const side = (length: number) => ({ width: length, height: length });
  const info = probe(await encode(drawPicture(8, 8, 1), JPEG));
  assert.equal(reductionFor(info, side(from), side(to)), reduction);
  assert.equal(reductionFor(info, { width: from, height: 1 }, { width: to, height: 1 }), 1);
  const turned = { ...info, orientation: 6 } as const;
  assert.equal(reductionFor(turned, side(from), side(to)), reduction);
  assert.equal(reductionFor({ ...turned, width: 9 }, side(from), side(to)), 1);
  assert.equal(reductionFor({ ...info, format: "png" }, side(from), side(to)), 1);
});

/** Exif of one tag, the orientation. */
function held(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const entry = [...be16(0x112, 3), ...be32(1), ...be16(orientation, 0)];
  return withSegment(
    jpeg,
    0xe1,
    join("Exif\0\0MM", be16(42), be32(8), be16(1), entry, be32(0)),
  );
}

Deno.test.each([[2, 1, 401], [2, 6, 402], [4, 1, 402], [4, 8, 404]] as const)(
  "decode() reduced by %i, held as %i, %i pixels wide, is the picture made smaller",
  async (reduction, orientation, width) => {
    const bytes = held(
      await encode(drawPicture(width, orientation === 1 ? 301 : 300, 3), JPEG),
      orientation,
    );
    const small = await decode(bytes, undefined, { reduction });
    const info = probe(bytes);
    const size = { width: small.width, height: small.height };
    assert.deepEqual(size, {
      width: Math.ceil(info.width / reduction),
      height: Math.ceil(info.height / reduction),
    });
    const canvas = { width: reduction * size.width, height: reduction * size.height };
    const whole = await resize(pad(await decode(bytes), { x: 0, y: 0, ...canvas }), size);
    const difference = meanDifference(small, whole);
    assert(difference < 4, String(difference));
  },
);

Deno.test.each([[1, 1], [1, 2], [2, 1], [1, 1000], [1000, 1]] as const)(
  "decode() of a JPEG of %i x %i gives it whole",
  async (width, height) => {
    const picture = drawPicture(width, height, 5);
    const read = await decode(await encode(picture, JPEG));
    assert.deepEqual([read.width, read.height], [width, height]);
    const difference = meanDifference(picture, read);
    assert(difference < 9, String(difference));
  },
);
