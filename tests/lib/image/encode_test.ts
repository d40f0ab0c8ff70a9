import assert from "node:assert/strict";
import {
  type Animation,
  crop,
  encode,
  encodeAnimation,
  orient,
  pad,
  type Pixels,
  resize,
} from "../../../lib/image/mod.ts";
import { isFrameHeader, jpegSegments } from "../../../lib/image/probe_jpeg.ts";
import { drawPicture } from "../../support/pictures.ts";

const picture = drawPicture(40, 30, 1);

Deno.test.each([[1], [50], [69], [70], [100]])(
  "encode() to JPEG of quality %i is baseline: SOF0, and tables of 8 bits",
  async (quality) => {
    const segments = [...jpegSegments(await encode(picture, { format: "jpeg", quality }))];
    const frames = segments.filter(({ marker }) => isFrameHeader(marker));
    assert.deepEqual(frames.map(({ marker }) => marker), [0xc0]);
    const tables = segments.filter(({ marker }) => marker === 0xdb);
    assert(tables.length > 0);
    // A table of 8 bits has 65 bytes, one of 16 bits 129.
    assert(tables.every(({ body }) => body.length % 65 === 0));
  },
);

const SHORT: Pixels = { width: 40, height: 30, data: new Uint8ClampedArray(64) };
const LONG: Pixels = { width: 40, height: 30, data: new Uint8ClampedArray(4 * 40 * 30 + 4) };
const EMPTY: Pixels = { width: 0, height: 0, data: new Uint8ClampedArray(0) };
const FORMATS = ["avif", "gif", "jpeg", "png", "webp"] as const;

Deno.test.each(
  [
    ["too few bytes", SHORT],
    ["too many bytes", LONG],
    ["no pixel", EMPTY],
    ["a fractional side", { ...picture, width: 20.5, height: 2400 / 41 }],
  ] as const,
)("encode(), resize(), crop(), pad() and orient() refuse a picture of %s", async (_, pixels) => {
  for (const format of FORMATS) {
    await assert.rejects(encode(pixels, { format }), RangeError, format);
  }
  await assert.rejects(resize(pixels, { width: 8, height: 8 }), RangeError);
  assert.throws(() => crop(pixels, { x: 0, y: 0, width: 1, height: 1 }), RangeError);
  assert.throws(() => pad(pixels, { x: 0, y: 0, width: 90, height: 90 }), RangeError);
  assert.throws(() => orient(pixels, 3), RangeError);
});

Deno.test("encode() and encodeAnimation() refuse a quality beyond 1 to 100", async () => {
  for (const quality of [NaN, -5, 0, 101]) {
    for (const format of FORMATS) {
      await assert.rejects(
        encode(picture, { format, quality }),
        RangeError,
        `${format} ${quality}`,
      );
    }
    const frames = [{ pixels: picture, delay: 0 }];
    const refused = encodeAnimation({ frames, plays: 0 }, { format: "gif", quality });
    await assert.rejects(refused, RangeError, `${quality}`);
  }
});

Deno.test.each(
  [
    ["a frame of too few bytes", { frames: [{ pixels: SHORT, delay: 0 }], plays: 0 }],
    ["a delay below 0", { frames: [{ pixels: picture, delay: -5 }], plays: 0 }],
    ["a delay that is no number", { frames: [{ pixels: picture, delay: NaN }], plays: 0 }],
    ["-1 plays", { frames: [{ pixels: picture, delay: 0 }], plays: -1 }],
    ["1.5 plays", { frames: [{ pixels: picture, delay: 0 }], plays: 1.5 }],
  ] satisfies [string, Animation][],
)("encodeAnimation() refuses %s", async (_, animation) => {
  for (const format of ["gif", "webp"] as const) {
    await assert.rejects(encodeAnimation(animation, { format }), RangeError, format);
  }
});

Deno.test("resize() refuses sizes that no picture has", async () => {
  for (const width of [0, -1, NaN, 2.5, Infinity]) {
    await assert.rejects(resize(picture, { width, height: 8 }), RangeError, `${width}`);
  }
});

Deno.test.each(
  [
    ["beyond the right", { x: 35, y: 0, width: 6, height: 5 }],
    ["beyond the bottom", { x: 0, y: 28, width: 6, height: 3 }],
    ["before the left", { x: -1, y: 0, width: 6, height: 3 }],
    ["of the picture's size, but moved", { x: 1, y: 0, width: 40, height: 30 }],
    ["at no number", { x: 0, y: NaN, width: 6, height: 3 }],
    ["without a row", { x: 0, y: 0, width: 6, height: 0 }],
  ] as const,
)("crop() and resize() refuse a part %s", async (_, area) => {
  assert.throws(() => crop(picture, area), RangeError);
  await assert.rejects(resize(picture, { width: 6, height: 5 }, area), RangeError);
});

Deno.test("crop() and pad() refuse what is not of whole pixels, pad() a smaller canvas", () => {
  assert.throws(() => crop(picture, { x: 0.5, y: 0, width: 6, height: 3 }), RangeError);
  assert.throws(() => pad(picture, { x: 0.5, y: 0, width: 90, height: 90 }), RangeError);
  assert.throws(() => pad(picture, { x: 0, y: 0, width: 39, height: 90 }), RangeError);
  assert.throws(() => pad(picture, { x: 60, y: 0, width: 90, height: 90 }), RangeError);
});
