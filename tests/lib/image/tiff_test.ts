import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { decode, orient, type Orientation, type Pixels, probe } from "../../../lib/image/mod.ts";
import { unpack } from "../../../lib/image/tiff_unpack.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";
import { curv, iccProfile, join, matrixTags, packBits, packLzw } from "./fixtures.ts";

/** Tags of a TIFF by number; offsets and lengths of strips are added. */
type Tags = Readonly<Record<number, readonly number[]>>;

/** Bytes of a value: LONG for sizes, BYTE for the profile, else SHORT. */
const WIDTHS: Readonly<Record<number, number>> = {
  256: 4,
  257: 4,
  273: 4,
  279: 4,
  324: 4,
  325: 4,
  34675: 1,
};
const TYPES: Readonly<Record<number, number>> = { 1: 7, 2: 3, 4: 4 };

function number(value: number, width: number, little: boolean): number[] {
  const bytes = Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i) % 256);
  return little ? bytes : bytes.reverse();
}

function writeTiff(
  tags: Tags,
  strips: readonly Uint8Array[],
  { little = true, tiled = false }: { little?: boolean; tiled?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  let at = 8;
  const offsets = strips.map((strip) => (at += strip.length) - strip.length);
  const all: Record<number, readonly number[]> = { ...tags };
  all[tiled ? 324 : 273] = offsets;
  all[tiled ? 325 : 279] = strips.map((strip) => strip.length);
  const entries = Object.entries(all).map(([tag, values]) => ({ tag: Number(tag), values }));
  const extras: number[] = [];
  const directory = entries.flatMap(({ tag, values }) => {
    const width = WIDTHS[tag] ?? 2;
    const bytes = values.flatMap((value) => number(value, width, little));
    const place = at + 2 + 12 * entries.length + 4 + extras.length;
    if (bytes.length > 4) extras.push(...bytes);
    return [
      ...number(tag, 2, little),
      ...number(TYPES[width] ?? 3, 2, little),
      ...number(values.length, 4, little),
      ...(bytes.length > 4 ? number(place, 4, little) : [...bytes, 0, 0, 0, 0].slice(0, 4)),
    ];
  });
  return join(
    little ? "II" : "MM",
    number(42, 2, little),
    number(at, 4, little),
    ...strips,
    number(entries.length, 2, little),
    directory,
    [0, 0, 0, 0],
    extras,
  );
}

const PACKERS: Readonly<Record<number, (bytes: Uint8Array) => Uint8Array>> = {
  1: (bytes) => bytes,
  5: packLzw,
  8: (bytes) => deflateSync(bytes),
  32773: packBits,
  32946: (bytes) => deflateSync(bytes),
};

const W = 83;
const H = 61;
const picture = drawPicture(W, H, 8);
const RGB = picture.data.filter((_, i) => i % 4 !== 3);

function rgbTags(more: Tags = {}): Tags {
  return { 256: [W], 257: [H], 258: [8, 8, 8], 259: [1], 262: [2], 277: [3], 278: [H], ...more };
}

/** The picture in strips of some rows. */
function strips(
  rows: number,
  pack: (bytes: Uint8Array) => Uint8Array,
  samples = RGB,
): Uint8Array[] {
  const row = samples.length / H;
  return Array.from(
    { length: Math.ceil(H / rows) },
    (_, i) => pack(Uint8Array.from(samples.subarray(i * rows * row, (i + 1) * rows * row))),
  );
}

Deno.test.each(Object.keys(PACKERS).map(Number))(
  "decode() of a TIFF of compression %i",
  async (compression) => {
    const pack = PACKERS[compression] ?? assert.fail();
    for (const [rows, little] of [[H, true], [16, false]] as const) {
      const tags = rgbTags({ 259: [compression], 278: [rows] });
      const tiff = writeTiff(tags, strips(rows, pack), { little });
      assert.deepEqual(probe(tiff), {
        format: "tiff",
        width: W,
        height: H,
        orientation: 1,
        frames: 1,
        alpha: false,
        bytes: tiff.length,
      });
      assert.deepEqual(await decode(tiff), picture);
    }
  },
);

Deno.test("unpack() of stored bytes copies one strip, not all that follows it", () => {
  const samples = unpack(new Uint8Array(100_000).fill(7), 1, { size: 10 });
  assert.deepEqual(samples, new Uint8Array(10).fill(7));
  assert.equal(samples?.buffer.byteLength, 10);
});

Deno.test("decode() of a TIFF undoes differences of 8 and 16 bits", async () => {
  const wide = new Uint8ClampedArray(2 * RGB.length);
  const narrow = RGB.slice();
  const view = new DataView(wide.buffer);
  for (let row = 0; row < H; row++) {
    for (let i = 3 * W - 1; i >= 0; i--) {
      const at = 3 * W * row + i;
      const before = i < 3 ? 0 : RGB[at - 3] ?? 0;
      narrow.set([((RGB[at] ?? 0) - before) & 255], at);
      view.setUint16(2 * at, 257 * ((RGB[at] ?? 0) - before), false);
    }
  }
  const small = writeTiff(rgbTags({ 317: [2] }), strips(H, (bytes) => bytes, narrow));
  assert.deepEqual(await decode(small), picture);
  const tags = rgbTags({ 258: [16, 16, 16], 317: [2] });
  const large = writeTiff(tags, strips(H, (bytes) => bytes, wide), { little: false });
  assert.deepEqual(await decode(large), picture);
});

Deno.test("decode() of a TIFF in tiles", async () => {
  const tiles = [0, 16, 32, 48].flatMap((y) =>
    [0, 32, 64].map((x) => {
      const tile = new Uint8Array(32 * 16 * 3);
      for (let row = 0; row < Math.min(16, H - y); row++) {
        const line = RGB.subarray(
          3 * ((y + row) * W + x),
          3 * ((y + row) * W + Math.min(W, x + 32)),
        );
        tile.set(line, 96 * row);
      }
      return packLzw(tile);
    })
  );
  const tags = rgbTags({ 259: [5], 322: [32], 323: [16] });
  assert.deepEqual(await decode(writeTiff(tags, tiles, { tiled: true })), picture);
});

/** A row of three pixels, in samples of one kind. */
function row(tags: Tags, bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  return writeTiff({ 256: [3], 257: [1], 259: [1], 278: [1], ...tags }, [join(bytes)]);
}

const PALETTE = [0x1111, 0x2222, 0x3333, 0xffff].flatMap((value) => [value]);

Deno.test.each(
  [
    ["black is zero, 1 bit", { 262: [1] }, [0b10100000], [255, 255, 255, 255, 0, 0, 0, 255, 255]],
    ["white is zero, 1 bit", { 262: [0] }, [0b10100000], [0, 0, 0, 255, 255, 255, 255, 255, 0]],
    ["grey, 4 bits", { 258: [4], 262: [1] }, [0x0f, 0x80], [0, 0, 0, 255, 255, 255, 255, 255, 136]],
    ["grey, 16 bits", { 258: [16], 262: [1] }, [0, 0, 1, 1, 255, 255], [0, 0, 0, 255, 1, 1, 1]],
    ["palette", { 258: [2], 262: [3], 320: [...PALETTE, ...PALETTE, ...PALETTE] }, [
      0b00111000,
    ], [17, 17, 17, 255, 255, 255, 255, 255, 51]],
    [
      "CMYK",
      { 258: [8, 8, 8, 8], 262: [5], 277: [4] },
      [255, 0, 0, 0, 0, 255, 0, 128, 0, 0, 0, 255],
      [0, 255, 255, 255, 127, 0, 127, 255, 0, 0, 0, 255],
    ],
    [
      "alpha",
      { 258: [8, 8], 262: [1], 277: [2], 338: [2] },
      [100, 50, 100, 0, 7, 255],
      [100, 100, 100, 50, 100, 100, 100, 0, 7, 7, 7, 255],
    ],
    [
      "premultiplied alpha",
      { 258: [8, 8], 262: [1], 277: [2], 338: [1] },
      [50, 127, 0, 0, 7, 255],
      [100, 100, 100, 127, 0, 0, 0, 0, 7, 7, 7, 255],
    ],
    [
      "a sample that means nothing",
      { 258: [8, 8], 262: [1], 277: [2], 338: [0] },
      [50, 127, 1, 0, 7, 255],
      [50, 50, 50, 255, 1, 1, 1, 255, 7, 7, 7, 255],
    ],
  ] as const,
)("decode() of a TIFF: %s", async (_, tags, bytes, wanted) => {
  const { data } = await decode(row(tags, bytes));
  assert.deepEqual([...data].slice(0, wanted.length), [...wanted]);
});

Deno.test("decode() of a TIFF follows its orientation and its profile", async () => {
  const bodies = strips(H, (bytes) => bytes);
  for (const orientation of [2, 6, 8] as const satisfies readonly Orientation[]) {
    const tiff = writeTiff(rgbTags({ 274: [orientation] }), bodies);
    assert.deepEqual(await decode(tiff), orient(picture, orientation));
    assert.equal(probe(tiff).width, orientation > 4 ? H : W);
  }
  const colorants = [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [
    0.14307,
    0.06061,
    0.7141,
  ]];
  const profile = iccProfile("RGB ", matrixTags(colorants, curv()));
  const read = await decode(writeTiff(rgbTags({ 34675: [...profile] }), bodies));
  const wanted: Pixels = {
    ...picture,
    data: picture.data.map((value, i) => {
      const light = value / 255;
      if (i % 4 === 3) return value;
      return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
    }),
  };
  assert(largestDifference(read, wanted) <= 2);
});

Deno.test.each(
  [
    ["JPEG inside", { 259: [7] }, "compression 7"],
    ["fax", { 259: [4] }, "compression 4"],
    ["YCbCr", { 262: [6] }, "colours of kind 6"],
    ["floating point", { 258: [16, 16, 16], 339: [3] }, "samples that are no unsigned integers"],
    ["separate planes", { 284: [2] }, "separate planes"],
    ["reverse bits", { 266: [2] }, "bits in reverse order"],
    ["a predictor of floating point", { 317: [3] }, "predictor 3 and 8 bits"],
    ["bits that differ", { 258: [8, 8, 4] }, "3 samples of 8, 4 bits"],
    ["too few samples", { 258: [8, 8] }, "2 samples of 8 bits"],
    ["a palette that is missing", { 258: [8], 262: [3] }, "without its whole palette"],
  ] as const,
)("decode() refuses a TIFF with %s, and says so", async (_, tags, obstacle) => {
  const tiff = writeTiff(rgbTags(tags), strips(H, (bytes) => bytes));
  const message = new RegExp(`^Cannot read a TIFF (of )?${obstacle}: grey`);
  await assert.rejects(decode(tiff), { code: "unsupported_image", message });
});

const [WHOLE = new Uint8Array()] = strips(H, (bytes) => bytes);

Deno.test.each(
  [
    ["no strips", {}, []],
    ["a short strip", {}, [WHOLE.slice(0, 1000)]],
    ["a short LZW strip", { 259: [5] }, [packLzw(WHOLE.slice(0, 1000))]],
    ["LZW codes from nowhere", { 259: [5] }, [new Uint8Array(5000).fill(0xfe)]],
    ["a short PackBits strip", { 259: [32773] }, [packBits(WHOLE.slice(0, 1000))]],
    ["bytes that do not inflate", { 259: [8] }, [WHOLE]],
    ["a strip that inflates without end", { 259: [8] }, [deflateSync(new Uint8Array(5_000_000))]],
    ["a missing strip", { 278: [30] }, [WHOLE]],
    ["strips of no rows", { 278: [0] }, [WHOLE]],
    ["no width", { 256: [0] }, [WHOLE]],
  ] as const,
)("decode() refuses a TIFF with %s as damaged", async (_, tags, bodies) => {
  await assert.rejects(decode(writeTiff(rgbTags(tags), bodies)), { code: "corrupt_image" });
});

Deno.test("decode() refuses a TIFF by the size in its directory", async () => {
  const tiff = writeTiff(rgbTags({ 256: [4_000_000_000] }), []);
  await assert.rejects(decode(tiff), { code: "image_too_large", message: /4000000000 x 61/ });
});

Deno.test("decode() of a TIFF cut anywhere is an ImageError", async () => {
  const tiff = writeTiff(rgbTags({ 259: [5] }), strips(16, packLzw));
  for (let length = 8; length < tiff.length; length += 97) {
    await assert.rejects(decode(tiff.slice(0, length)), { name: "ImageError" });
  }
});

Deno.test("decode() of a TIFF does not read tags without end", async () => {
  const strip = new Uint8Array(500_000);
  const tiff = writeTiff(rgbTags({ 279: [] }), [strip]);
  const view = new DataView(tiff.buffer);
  const directory = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(directory, true); i++) {
    const entry = directory + 2 + 12 * i;
    if (view.getUint16(entry, true) !== 279) continue;
    view.setUint16(entry + 2, 1, true);
    view.setUint32(entry + 4, 400_000, true);
  }
  await assert.rejects(decode(tiff), { code: "corrupt_image" });
});
