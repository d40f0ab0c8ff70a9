import assert from "node:assert/strict";
import {
  compositeOn,
  crop,
  decode,
  encode,
  ImageError,
  orient,
  type Orientation,
  pad,
  type Pixels,
  planGeometry,
  probe,
  resize,
} from "../../../lib/image/mod.ts";
import { riffChunks } from "../../../lib/image/chunks.ts";
import { webpFile } from "../../../lib/image/riff.ts";
import { drawPicture, largestDifference, meanDifference } from "../../support/pictures.ts";
import { be16, be32, join, withPngChunk, withSegment } from "./fixtures.ts";

const picture = drawPicture(83, 61, 5);

Deno.test.each(
  [
    ["png", 0],
    ["webp", 6],
    ["jpeg", 6],
  ] as const,
)("encode() to %s and decode() keep the picture", async (format, tolerance) => {
  const bytes = await encode(picture, { format, quality: 95 });
  assert.deepEqual(
    { ...probe(bytes), bytes: 0 },
    { format, width: 83, height: 61, orientation: 1, frames: 1, alpha: false, bytes: 0 },
  );
  const difference = meanDifference(picture, await decode(bytes));
  assert(difference <= tolerance, `differs by ${difference}`);
});

Deno.test("encode() to AVIF gives an AVIF", async () => {
  const bytes = await encode(picture, { format: "avif" });
  assert.equal(new TextDecoder().decode(bytes.subarray(4, 12)), "ftypavif");
});

Deno.test("encode() with a lower quality gives fewer bytes", async () => {
  for (const format of ["jpeg", "webp"] as const) {
    const [low, high] = [20, 90].map((quality) => encode(picture, { format, quality }));
    assert((await low ?? picture.data).length < (await high ?? picture.data).length / 1.5, format);
  }
});

Deno.test("encode() to JPEG puts transparency on white", async () => {
  const clear: Pixels = { width: 16, height: 16, data: new Uint8ClampedArray(4 * 256) };
  const { data } = await decode(await encode(clear, { format: "jpeg" }));
  assert(data.every((value) => value >= 254));
});

Deno.test("encode() to PNG and WebP keeps transparency", async () => {
  const half = drawPicture(32, 32, 6);
  half.data.forEach((_, i) => {
    if (i % 4 === 3) half.data[i] = i % 8 === 3 ? 0 : 128;
  });
  for (const format of ["png", "webp"] as const) {
    const { data } = await decode(await encode(half, { format }));
    assert.deepEqual([data[3], data[7]], [half.data[3], half.data[7]], format);
  }
});

Deno.test("decode() of a WebP in the middle of a buffer reads only its bytes", async () => {
  const webp = await encode(picture, { format: "webp" });
  const larger = new Uint8Array(webp.length + 200);
  larger.set(webp, 100);
  const view = larger.subarray(100, 100 + webp.length);
  assert.deepEqual(await decode(view), await decode(webp));
});

const TEXT = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

Deno.test.each(
  [
    ["nothing", new Uint8Array(0), "not_an_image", /no picture/],
    ["zeros", new Uint8Array(100), "not_an_image", /no picture/],
    ["an SVG", TEXT("<svg xmlns='http://www.w3.org/2000/svg'></svg>"), "not_an_image", /SVG/],
    ["an SVG with a prolog", TEXT("\ufeff<?xml version='1.0'?><svg/>"), "not_an_image", /SVG/],
    ["a page", TEXT("<!doctype html><p>hello"), "not_an_image", /markup/],
    ["a text", TEXT("hello"), "not_an_image", /no picture/],
    ["a BMP", TEXT("BMaaaaaaaaaa"), "unsupported_image", /BMP/],
    ...["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].map((brand) =>
      [
        `a HEIF of brand ${brand}`,
        TEXT(`aaaaftyp${brand}`),
        "unsupported_image",
        /HEI[CF]/,
      ] as const
    ),
    ["a TIFF without a directory", TEXT("II*\0aaaaaaaa"), "corrupt_image", /header of this TIFF/],
    ["a PNG of 10 bytes", TEXT("\x89PNG").slice(0, 0), "not_an_image", /no picture/],
  ] as const,
)("decode() of %s is refused", async (_, bytes, code, message) => {
  await assert.rejects(decode(bytes), (error) => {
    assert(error instanceof ImageError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
});

Deno.test("decode() of pictures cut anywhere is corrupt, and the codec works afterwards", async () => {
  for (const format of ["png", "jpeg", "webp"] as const) {
    const bytes = await encode(picture, { format });
    for (const part of [0.1, 0.3, 0.6, 0.9]) {
      const cut = bytes.slice(0, Math.floor(part * bytes.length));
      await assert.rejects(decode(cut), { code: "corrupt_image" }, `${format} ${part}`);
    }
    assert.equal((await decode(bytes)).width, 83);
  }
});

Deno.test("decode() refuses by the header, whatever the body holds", async () => {
  const bytes = await encode(picture, { format: "png" });
  new DataView(bytes.buffer).setUint32(16, 60_000);
  await assert.rejects(decode(bytes), (error) => {
    assert(error instanceof ImageError);
    assert.equal(error.code, "image_too_large");
    assert.match(error.message, /60000 x 61/);
    return true;
  });
});

Deno.test("orient() undoes each of the eight orientations", () => {
  // The letters of a small picture, read row by row, as a camera stores it for each orientation.
  const stored: Record<Orientation, [number, string]> = {
    1: [2, "abcdef"],
    2: [2, "badcfe"],
    3: [2, "fedcba"],
    4: [2, "efcdab"],
    5: [3, "acebdf"],
    6: [3, "bdface"],
    7: [3, "fdbeca"],
    8: [3, "ecafdb"],
  };
  for (const [orientation, [width, letters]] of Object.entries(stored)) {
    const codes = [...letters].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 255]);
    const pixels = { width, height: 6 / width, data: Uint8ClampedArray.from(codes) };
    const upright = orient(pixels, Number(orientation) as Orientation);
    const read = [...upright.data].filter((_, i) => i % 4 === 0)
      .map((code) => String.fromCharCode(code)).join("");
    assert.deepEqual([upright.width, read], [2, "abcdef"], `orientation ${orientation}`);
  }
});

/** An EXIF block of one entry, tag 274. */
function exif(orientation: number): Uint8Array<ArrayBuffer> {
  return join("MM", be16(42), be32(8), be16(1, 274, 3), be32(1), be16(orientation, 0), be32(0));
}

Deno.test("decode() applies the orientation of a JPEG's, a PNG's and a WebP's EXIF", async () => {
  const [jpeg, png, webp] = [
    await encode(picture, { format: "jpeg" }),
    await encode(picture, { format: "png" }),
    await encode(picture, { format: "webp" }),
  ];
  for (const orientation of [3, 6] as const) {
    const block = exif(orientation);
    const parts = [...riffChunks(webp, 12), { name: "EXIF", body: block }];
    const files = [
      [jpeg, withSegment(jpeg, 0xe1, join("Exif\0\0", block))],
      [png, withPngChunk(png, "eXIf", block)],
      [webp, webpFile({ width: 83, height: 61, alpha: false, parts })],
    ] as const;
    for (const [plain, turned] of files) {
      assert.deepEqual(await decode(turned), orient(await decode(plain), orientation));
      assert.equal(probe(turned).width, orientation === 6 ? 61 : 83);
    }
  }
});

Deno.test.each(
  [
    ["an unknown value", exif(9)],
    ["no such tag", join("MM", be16(42), be32(8), be16(1, 275, 3), be32(1, 0, 0))],
    ["a directory beyond its end", join("II", [42, 0, 255, 255, 0, 0])],
    ["nothing", new Uint8Array(0)],
  ] as const,
)("decode() takes an EXIF block with %s for upright", async (_, block) => {
  const jpeg = await encode(picture, { format: "jpeg" });
  assert.equal(probe(withSegment(jpeg, 0xe1, join("Exif\0\0", block))).orientation, 1);
  const png = await encode(picture, { format: "png" });
  assert.equal(probe(withPngChunk(png, "eXIf", block)).orientation, 1);
});

Deno.test("crop() cuts a part out, compositeOn() puts it on a colour", () => {
  const part = crop(picture, { x: 10, y: 20, width: 3, height: 2 });
  const at = 4 * (21 * 83 + 12);
  assert.deepEqual([...part.data.subarray(20)], [...picture.data.subarray(at, at + 4)]);
  assert.equal(crop(picture, { x: 0, y: 0, width: 83, height: 61 }), picture);
  const half = { width: 1, height: 1, data: Uint8ClampedArray.of(200, 0, 100, 51) };
  assert.deepEqual([...compositeOn(half, [0, 100, 255]).data], [40, 80, 224, 255]);
});

Deno.test("resize() gives exactly the asked size and keeps a flat colour", async () => {
  const data = new Uint8ClampedArray(4 * 100 * 80).map((_, i) => [200, 100, 50, 255][i % 4] ?? 0);
  for (const [width, height] of [[1, 1], [33, 57], [100, 1], [250, 10]] as const) {
    const result = await resize({ width: 100, height: 80, data }, { width, height });
    assert.equal(result.data.length, 4 * width * height);
    assert(
      largestDifference(result, {
        ...result,
        data: result.data.map((_, i) => [200, 100, 50, 255][i % 4] ?? 0),
      }) <= 1,
    );
  }
});

Deno.test("resize() works in linear light: a black and white checkerboard becomes 188, not 128", async () => {
  const data = new Uint8ClampedArray(4 * 256 * 256);
  for (let i = 0; i < 256 * 256; i++) {
    data.fill(((i % 256) + (i >> 8)) % 2 === 0 ? 255 : 0, 4 * i, 4 * i + 3);
    data[4 * i + 3] = 255;
  }
  const small = await resize({ width: 256, height: 256, data }, { width: 8, height: 8 });
  const middle = small.data[4 * (4 * 8 + 4)] ?? 0;
  assert(Math.abs(middle - 188) <= 3, `${middle}`);
});

Deno.test("resize() does not let transparent pixels colour their neighbours", async () => {
  const data = new Uint8ClampedArray(4 * 64 * 64);
  for (let i = 0; i < 64 * 64; i++) {
    data.set(i % 64 < 32 ? [255, 0, 0, 255] : [0, 255, 0, 0], 4 * i);
  }
  const small = await resize({ width: 64, height: 64, data }, { width: 16, height: 16 });
  for (let i = 0; i < small.data.length; i += 4) {
    if ((small.data[i + 3] ?? 0) > 8) assert((small.data[i + 1] ?? 0) < 8, `at ${i / 4}`);
  }
});

Deno.test("pad() places a picture on a transparent canvas", () => {
  const canvas = pad(picture, { x: 5, y: 7, width: 100, height: 90 });
  assert.deepEqual([canvas.width, canvas.height, canvas.data[3]], [100, 90, 0]);
  const at = 4 * (7 * 100 + 5);
  assert.deepEqual([...canvas.data.subarray(at, at + 8)], [...picture.data.subarray(0, 8)]);
});

const CENTER = { x: 0.5, y: 0.5 };

Deno.test.each([
  [{ width: 1000, height: 500 }, { width: 333 }, { width: 333, height: 167 }],
  [{ width: 1000, height: 500 }, { height: 101 }, { width: 202, height: 101 }],
  [{ width: 1000, height: 500 }, {}, { width: 1000, height: 500 }],
  [{ width: 5000, height: 10 }, {}, { width: 2048, height: 4 }],
  [{ width: 1, height: 2000 }, { width: 100, height: 100 }, { width: 1, height: 100 }],
  [{ width: 10, height: 10 }, { width: 4096 }, { width: 10, height: 10 }],
])("planGeometry() of %j with %j is %j", (source, wish, size) => {
  const plan = planGeometry(source, {
    fit: "inside",
    gravity: CENTER,
    dpr: 1,
    enlarge: false,
    maxSide: 2048,
    ...wish,
  });
  assert.deepEqual(plan.size, size);
});

Deno.test("planGeometry() with cover keeps the focal point inside", () => {
  const source = { width: 1000, height: 500 };
  for (const [x, left] of [[0, 0], [0.5, 250], [0.9, 500], [1, 500]] as const) {
    const { crop } = planGeometry(source, {
      width: 100,
      height: 100,
      fit: "cover",
      gravity: { x, y: 0.5 },
      dpr: 1,
      enlarge: true,
      maxSide: 2048,
    });
    assert.deepEqual(crop, { x: left, y: 0, width: 500, height: 500 });
  }
});
