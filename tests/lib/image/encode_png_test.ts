import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { decode, encode, type Pixels, probe } from "../../../lib/image/mod.ts";
import { pngChunks } from "../../../lib/image/chunks.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";

/** A picture of noise, waves and blocks, with some of its channels changed. */
function picture(
  change: (color: [red: number, green: number, blue: number, alpha: number], i: number) => number[],
): Pixels {
  const { width, height, data } = drawPicture(37, 29, 4);
  for (let i = 0; i < data.length; i += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(i, i + 4);
    data.set(change([red, green, blue, alpha], i / 4), i);
  }
  return { width, height, data };
}

Deno.test.each(
  [
    ["grey", 0, picture(([red]) => [red, red, red, 255])],
    ["RGB", 2, picture((color) => color)],
    ["grey with transparency", 4, picture(([red], i) => [red, red, red, i % 256])],
    [
      "RGB with transparency",
      6,
      picture(([red, green, blue], i) => [red, green, blue, 255 - i % 256]),
    ],
  ] as const,
)("encode() to PNG writes %s as such, and decode() gives it back", async (_, type, pixels) => {
  const bytes = await encode(pixels, { format: "png" });
  assert.equal(bytes[25], type);
  assert.equal(probe(bytes).alpha, type > 2);
  const visible = pixels.data.map((value, i) => pixels.data[i | 3] === 0 ? 0 : value);
  assert.deepEqual((await decode(bytes)).data, visible);
});

Deno.test("encode() to PNG of one pixel keeps it", async () => {
  const dot = { width: 1, height: 1, data: Uint8ClampedArray.of(7, 8, 9, 255) };
  assert.equal(largestDifference(dot, await decode(await encode(dot, { format: "png" }))), 0);
});

Deno.test("encode() to PNG does not depend on colours of what is wholly transparent", async () => {
  const hidden = (value: number): Pixels =>
    picture((color, i) => i % 37 < 9 ? [value, 0, 255 - value, 0] : color);
  const [one, other] = [hidden(0), hidden(255)];
  assert.deepEqual(
    await encode(one, { format: "png" }),
    await encode(other, { format: "png" }),
  );
});

/** The numbers of the filters of a PNG's rows. */
function filtersOf(png: Uint8Array, rowBytes: number): number[] {
  const body = [...pngChunks(png)].find(({ name }) => name === "IDAT")?.body ?? png;
  return [...inflateSync(body)].filter((_, i) => i % (1 + rowBytes) === 0);
}

Deno.test("encode() to PNG filters each row by what fits it", async () => {
  const gradient = drawPicture(64, 64, 1);
  for (let i = 0; i < gradient.data.length; i += 4) {
    const [x, y] = [i / 4 % 64, i / 256 | 0];
    // Steps along the first rows, then rows that repeat, at last a plane.
    gradient.data.fill(y < 10 ? 3 * x : y < 40 ? x * x : 90 + y + x, i, i + 3);
  }
  const png = await encode(gradient, { format: "png" });
  const filters = filtersOf(png, 64);
  assert.equal(filters[0], 1);
  assert(filters.slice(11, 40).every((filter) => filter === 2));
  assert(png.length < 600, String(png.length));
});

Deno.test("encode() to PNG of a drawn picture is smaller than its samples", async () => {
  const noisy = drawPicture(320, 240, 2);
  const { length } = await encode(noisy, { format: "png" });
  assert(length < 0.85 * 3 * 320 * 240, String(length));
});
