import assert from "node:assert/strict";
import { decode, encode, type Pixels } from "../../../lib/image/mod.ts";
import { readProfile } from "../../../lib/image/icc.ts";
import { webpFile } from "../../../lib/image/riff.ts";
import { riffChunks } from "../../../lib/image/chunks.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";
import { sharedFolder } from "../../support/shared.ts";
import {
  be16,
  BitWriter,
  curv,
  iccProfile,
  join,
  matrixTags,
  para,
  withIccp,
  withPngChunk,
  withSegment,
} from "./fixtures.ts";

type Matrix = readonly (readonly number[])[];

const SRGB_CURVE = para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);
const P3 = [[0.51512, 0.2412, -0.00105], [0.29198, 0.69225, 0.04189], [0.1571, 0.06657, 0.78407]];
const ADOBE = [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [
  0.14919,
  0.06322,
  0.74457,
]];
const PROPHOTO = [[0.79767, 0.28804, 0], [0.13519, 0.71188, 0], [0.03134, 0.00009, 0.82491]];
const SRGB = [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.7141]];

/** Inverse of sRGB's colorants, by Cramer's rule: a way of its own to the product's constants. */
function fromXyz([x, y, z]: readonly [number, number, number]): number[] {
  const [r = [], g = [], b = []] = SRGB;
  const det = (a: readonly number[], c: readonly number[], d: readonly number[]): number =>
    [0, 1, 2].reduce((sum, i) => {
      const [j, k] = [(i + 1) % 3, (i + 2) % 3];
      return sum + (a[i] ?? 0) * ((c[j] ?? 0) * (d[k] ?? 0) - (c[k] ?? 0) * (d[j] ?? 0));
    }, 0);
  const all = det(r, g, b);
  const xyz = [x, y, z];
  return [det(xyz, g, b) / all, det(r, xyz, b) / all, det(r, g, xyz) / all];
}

function srgbToLinear(value: number): number {
  const x = value / 255;
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
}

function linearToSrgb(light: number): number {
  const x = Math.min(1, Math.max(0, light));
  return 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);
}

/** The plain reference: device colours to XYZ to sRGB in double precision. */
function expected(pixels: Pixels, colorants: Matrix, toLinear: (value: number) => number): Pixels {
  const data = pixels.data.slice();
  for (let i = 0; i < data.length; i += 4) {
    const device = [0, 1, 2].map((channel) => toLinear(pixels.data[i + channel] ?? 0));
    const [x = 0, y = 0, z = 0] = [0, 1, 2].map((axis) =>
      device.reduce((sum, light, j) => sum + light * (colorants[j]?.[axis] ?? 0), 0)
    );
    fromXyz([x, y, z]).forEach((light, j) => data[i + j] = linearToSrgb(light));
  }
  return { ...pixels, data };
}

const gamma22 = (value: number): number => (value / 255) ** (563 / 256);
const gamma18 = (value: number): number => (value / 255) ** 1.8;
const TABLE = Array.from({ length: 1024 }, (_, i) => Math.round(65535 * (i / 1023) ** 1.8));

const picture = drawPicture(64, 48, 9);

Deno.test.each(
  [
    ["Display P3, parametric", P3, SRGB_CURVE, srgbToLinear],
    ["Adobe RGB, gamma", ADOBE, curv(563), gamma22],
    ["ProPhoto, table", PROPHOTO, curv(...TABLE), gamma18],
    ["ProPhoto, parametric 0", PROPHOTO, para(0, 1.8), gamma18],
    ["linear Adobe RGB", ADOBE, curv(), (value: number): number => value / 255],
    ["parametric 1", P3, para(1, 2, 1, 0), (value: number): number => (value / 255) ** 2],
    ["parametric 2", P3, para(2, 2, 0.5, 0.25, 0), (v: number): number => (v / 510 + 0.25) ** 2],
    [
      "parametric 4",
      P3,
      para(4, 2, 1, 0, 0.5, 0.2, 0, 0),
      (v: number): number => v / 255 >= 0.2 ? (v / 255) ** 2 : v / 510,
    ],
  ] as const,
)("decode() converts %s to sRGB", async (_, colorants, curve, toLinear) => {
  const profile = iccProfile("RGB ", matrixTags(colorants, curve));
  const png = await encode(picture, { format: "png" });
  const read = await decode(withIccp(png, profile));
  const difference = largestDifference(read, expected(picture, colorants, toLinear));
  assert(difference <= 2, `differs by ${difference}`);
});

const ADOBE_PROFILE = iccProfile("RGB ", matrixTags(ADOBE, curv(563)));

Deno.test("decode() finds the profile of a PNG, a JPEG and a WebP", async () => {
  const cut = Math.floor(ADOBE_PROFILE.length / 2);
  const segment = (number: number, part: Uint8Array): Uint8Array =>
    join("ICC_PROFILE\0", [number, 2], part);
  const [png, jpeg, webp] = [
    await encode(picture, { format: "png" }),
    await encode(picture, { format: "jpeg" }),
    await encode(picture, { format: "webp" }),
  ];
  // The parts of a JPEG's profile are numbered: here the second comes first.
  const first = withSegment(jpeg, 0xe2, segment(1, ADOBE_PROFILE.subarray(0, cut)));
  const parts = [{ name: "ICCP", body: ADOBE_PROFILE }, ...riffChunks(webp, 12)];
  const tagged = [
    [png, withIccp(png, ADOBE_PROFILE)],
    [jpeg, withSegment(first, 0xe2, segment(2, ADOBE_PROFILE.subarray(cut)))],
    [webp, webpFile({ width: 64, height: 48, alpha: false, parts })],
  ] as const;
  for (const [plain, file] of tagged) {
    const wanted = expected(await decode(plain), ADOBE, gamma22);
    assert(largestDifference(await decode(file), wanted) <= 2);
  }
});

Deno.test("decode() converts a grey profile", async () => {
  const grey = drawPicture(16, 16, 2);
  for (let i = 0; i < grey.data.length; i += 4) grey.data.fill(grey.data[i] ?? 0, i, i + 3);
  const png = withIccp(await encode(grey, { format: "png" }), iccProfile("GRAY", { kTRC: curv() }));
  const wanted = grey.data.map((value, i) => i % 4 === 3 ? value : linearToSrgb(value / 255));
  assert(largestDifference(await decode(png), { ...grey, data: wanted }) <= 1);
});

const DAMAGED = ADOBE_PROFILE.slice();
DAMAGED.fill(0xff, 132, 200);

Deno.test.each(
  [
    ["sRGB", iccProfile("RGB ", matrixTags(SRGB, SRGB_CURVE))],
    ["only tables", iccProfile("RGB ", { A2B0: [1, 2, 3, 4] })],
    ["CMYK", iccProfile("CMYK", { A2B0: [1, 2, 3, 4] })],
    ["a damaged", DAMAGED],
    ["a cut", ADOBE_PROFILE.subarray(0, 150)],
    ["no", new Uint8Array(0)],
    ["an unknown curve's", iccProfile("RGB ", matrixTags(P3, para(9, 1)))],
  ] as const,
)("decode() leaves colours as they are with %s profile", async (_, profile) => {
  const png = await encode(picture, { format: "png" });
  assert.deepEqual(await decode(withIccp(png, profile)), picture);
});

Deno.test("decode() ignores a profile that inflates without end", async () => {
  const png = withIccp(await encode(picture, { format: "png" }), new Uint8Array(8_000_000));
  assert.deepEqual(await decode(png), picture);
});

Deno.test("readProfile() keeps transparency out of it", async () => {
  assert(readProfile(ADOBE_PROFILE));
  const half = drawPicture(8, 8, 1);
  half.data.forEach((_, i) => i % 4 === 3 && (half.data[i] = i % 256));
  const { data } = await decode(withIccp(await encode(half, { format: "png" }), ADOBE_PROFILE));
  data.forEach((value, i) => i % 4 === 3 && assert.equal(value, half.data[i]));
});

Deno.test.each(
  [[12, 13, P3], [1, 13, SRGB], [12, 16, null], [2, 2, null]] as const,
)("decode() of code points %i, %i", async (primaries, transfer, colorants) => {
  const png = await encode(picture, { format: "png" });
  const read = await decode(withPngChunk(png, "cICP", join([primaries, transfer, 0, 1])));
  const wanted = colorants ? expected(picture, colorants, srgbToLinear) : picture;
  assert(largestDifference(read, wanted) <= 2);
});

Deno.test("decode() of an AVIF follows its code points", async () => {
  const avif = await encode(picture, { format: "avif", quality: 90 });
  const plain = await decode(avif);
  const box = avif.findIndex((_, i) =>
    join(avif.subarray(i, i + 8)).join() === join("colrnclx").join()
  );
  avif.set(be16(12, 13), box + 8);
  assert(largestDifference(await decode(avif), expected(plain, P3, srgbToLinear)) <= 2);
});

/** A JPEG of one flat block (ITU-T T.81): each quantised DC step is one step of a sample. */
function flatJpeg(samples: readonly number[], adobe?: number): Uint8Array<ArrayBuffer> {
  const bits = new BitWriter();
  for (const sample of samples) {
    const value = sample - 128;
    const category = value === 0 ? 0 : 1 + Math.floor(Math.log2(Math.abs(value)));
    bits.write(category, 4);
    bits.write(value < 0 ? value + (1 << category) - 1 : value, category);
    bits.write(0, 1);
  }
  const scan = bits.bytes(1).flatMap((byte) => byte === 255 ? [255, 0] : [byte]);
  const ids = samples.map((_, i) => i + 1);
  const part = (marker: number, body: readonly number[]): number[] => [
    0xff,
    marker,
    ...be16(body.length + 2),
    ...body,
  ];
  return join(
    [0xff, 0xd8],
    adobe === undefined ? [] : part(0xee, [...join("Adobe"), 0, 100, 0, 0, 0, 0, adobe]),
    part(0xdb, [0, ...Array<number>(64).fill(8)]),
    part(0xc0, [8, ...be16(8, 8), ids.length, ...ids.flatMap((id) => [id, 0x11, 0])]),
    part(0xc4, [0, 0, 0, 0, 9, ...Array<number>(12).fill(0), 0, 1, 2, 3, 4, 5, 6, 7, 8]),
    part(0xc4, [0x10, 1, ...Array<number>(15).fill(0), 0]),
    part(0xda, [ids.length, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]),
    scan,
    [0xff, 0xd9],
  );
}

Deno.test.each(
  [
    ["grey", [77], undefined, [77, 77, 77]],
    ["RGB", [200, 100, 50], 0, [200, 100, 50]],
    ["YCbCr", [100, 128, 178], 1, [170, 64, 100]],
    // Adobe stores ink inverted: 255 is none.
    ["CMYK", [255, 128, 0, 255], 0, [255, 128, 0]],
    ["CMYK that says nothing of it", [255, 128, 0, 255], undefined, [255, 128, 0]],
    ["CMYK with black", [200, 100, 50, 128], 0, [100, 50, 25]],
    ["YCCK", [100, 128, 178, 255], 2, [85, 191, 155]],
    ["YCCK with black", [100, 128, 178, 51], 2, [17, 38, 31]],
  ] as const,
)("decode() of a JPEG in %s", async (_, samples, adobe, rgb) => {
  const { data } = await decode(flatJpeg(samples, adobe));
  for (let i = 0; i < 3; i++) {
    assert(Math.abs((data[i] ?? 0) - (rgb[i] ?? 0)) <= 2, `${data.subarray(0, 4)}, not ${rgb}`);
  }
  assert.equal(data[3], 255);
});

Deno.test.each(
  [["12 bit", 0xc1, 12], ["lossless", 0xc3, 8], ["arithmetic", 0xc9, 8]] as const,
)("decode() refuses a JPEG that is %s", async (_, marker, depth) => {
  const jpeg = flatJpeg([77]);
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  jpeg[frame + 1] = marker;
  jpeg[frame + 4] = depth;
  await assert.rejects(decode(jpeg), { code: "unsupported_image", message: /8 bits/ });
});

Deno.test("decode() refuses a JPEG of hundreds of scans", async () => {
  const jpeg = flatJpeg([77]);
  const scan = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xda);
  const many = Array<Uint8Array>(200).fill(jpeg.subarray(scan, -2));
  await assert.rejects(decode(join(jpeg.subarray(0, -2), ...many)), { message: /201 scans/ });
});

Deno.test("decode() of a JPEG counts no scans in its metadata, nor behind its end", async () => {
  const many = join(...Array<number[]>(200).fill([0xff, 0xda, 0, 2]));
  const jpeg = flatJpeg([77]);
  const plain = await decode(jpeg);
  assert.deepEqual(await decode(withSegment(jpeg, 0xe1, many)), plain);
  assert.deepEqual(await decode(join(jpeg, many)), plain, "a motion photo");
});

Deno.test("decode() of a JPEG skips bytes that fill the room between two segments", async () => {
  const jpeg = flatJpeg([77]);
  for (const fill of [[0, 0], [0xff, 0xff], [0xff, 0, 1]]) {
    const comment = [0xff, 0xfe, 0, 4, 1, 2];
    const filled = join(jpeg.subarray(0, 2), comment, fill, jpeg.subarray(2));
    assert.deepEqual(await decode(filled), await decode(jpeg));
  }
});

/** Colours by littleCMS 2 (relative colorimetric) and, for CMYK, by the plain formula. */
const REFERENCES = [
  ["color/sharp_p3.png", 0, 0, [255, 0, 0]],
  ["color/sharp_prophoto.png", 0, 0, [117, 160, 210]],
  ["webp/tiny.webp", 3, 0, [121, 64, 19]],
  ["color/sharp_Channel_digital_image_CMYK_color.jpg", 10, 10, [62, 74, 45]],
  ["color/sharp_Channel_digital_image_CMYK_color.jpg", 250, 160, [151, 166, 159]],
] as const;

const corpora = sharedFolder("corpora/");

Deno.test({
  name: "decode() of pictures with profiles gives littleCMS's colours",
  ignore: corpora === null,
  fn: async () => {
    for (const [path, x, y, rgb] of REFERENCES) {
      const { width, data } = await decode(
        await Deno.readFile(new URL(path, corpora ?? undefined)),
      );
      const found = [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
      assert(found.every((value, i) => Math.abs(value - (rgb[i] ?? 0)) <= 2), `${path}: ${found}`);
    }
  },
});
