import assert from "node:assert/strict";
import {
  decode,
  DEFAULT_LIMITS,
  encode,
  orient,
  type Orientation,
  probe,
} from "../../../lib/image/mod.ts";
import { drawPicture, meanDifference } from "../../support/pictures.ts";
import { largestSequence } from "../../../lib/image/av1.ts";
import { be16, be32, BitWriter, join } from "./fixtures.ts";

const picture = drawPicture(83, 61, 5);
const avif = await encode(picture, { format: "avif", quality: 90 });

Deno.test("decode() of an AVIF keeps the picture", async () => {
  assert.deepEqual(
    { ...probe(avif), bytes: 0 },
    { format: "avif", width: 83, height: 61, orientation: 1, frames: 1, alpha: false, bytes: 0 },
  );
  const difference = meanDifference(picture, await decode(avif));
  assert(difference < 4, `differs by ${difference}`);
});

Deno.test("decode() of an AVIF keeps transparency", async () => {
  const half = drawPicture(40, 30, 6);
  for (let i = 0; i < 40 * 30; i++) half.data[4 * i + 3] = i % 40 < 20 ? 0 : 255;
  const bytes = await encode(half, { format: "avif" });
  assert(probe(bytes).alpha);
  const { data } = await decode(bytes);
  assert.deepEqual([data[4 * 41 + 3], data[4 * 75 + 3]], [0, 255]);
});

function box(name: string, ...content: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const body = join(...content);
  return join(be32(body.length + 8), name, body);
}

/** The boxes that say a picture's size and turns, as far as a header needs them. */
function header(brands: string, turns: readonly Uint8Array[], wide = false): Uint8Array {
  const properties = [box("ispe", be32(0, 400, 300)), ...turns];
  const numbers = properties.flatMap((_, i) => wide ? be16(0x8001 + i) : [0x81 + i]);
  const entry = [...be16(7), properties.length, ...numbers];
  const other = [...be16(3), 1, ...(wide ? [0, 1] : [1])];
  return join(
    box("ftyp", join(brands)),
    box(
      "meta",
      be32(0),
      box("pitm", be32(0), be16(7)),
      box(
        "iprp",
        box("ipco", ...properties),
        box("ipma", [0, 0, 0, wide ? 1 : 0], be32(2), other, entry),
      ),
    ),
  );
}

const irot = (turns: number): Uint8Array => box("irot", [turns]);
const imir = (axis: number): Uint8Array => box("imir", [axis]);

Deno.test.each(
  [
    [[], 1],
    [[imir(1)], 2],
    [[irot(2)], 3],
    [[imir(0)], 4],
    [[irot(1), imir(0)], 5],
    [[irot(3)], 6],
    [[irot(1), imir(1)], 7],
    [[irot(1)], 8],
  ] as const,
)("probe() of an AVIF with turns: case %#", (turns, orientation) => {
  for (const wide of [false, true]) {
    const info = probe(header("avif\0\0\0\0avifmif1", turns, wide));
    const sides = orientation > 4 ? [300, 400] : [400, 300];
    assert.deepEqual([info.orientation, info.width, info.height], [orientation, ...sides]);
  }
});

/** Puts a turn in the place of the picture's code points, its fourth property, as an essential one. */
function turned(turn: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = avif.slice();
  const text = String.fromCharCode(...bytes);
  const place = text.indexOf("colrnclx") - 4;
  const free = (bytes[place + 3] ?? 0) - turn.length;
  bytes.set(join(turn, be32(free), "free"), place);
  bytes[text.indexOf("ipma") + 4 + 11 + 3] = 0x84;
  return bytes;
}

Deno.test("decode() of an AVIF applies its turns once", async () => {
  const plain = await decode(avif);
  for (const [turn, orientation] of [[irot(1), 8], [imir(0), 4]] as const) {
    const bytes = turned(turn);
    assert.equal(probe(bytes).orientation, orientation);
    assert.deepEqual(await decode(bytes), orient(plain, orientation as Orientation));
  }
});

Deno.test("probe() knows an AVIF among the compatible brands, and others that are not", () => {
  assert.equal(probe(header("mif1\0\0\0\0mif1avifmiaf", [])).format, "avif");
  assert.throws(() => probe(header("mif1\0\0\0\0mif1heic", [])), { code: "unsupported_image" });
  assert.throws(() => probe(header("heic\0\0\0\0mif1heic", [])), { code: "unsupported_image" });
});

Deno.test.each(
  [
    ["no boxes", box("ftyp", join("avif\0\0\0\0")), "unsupported_image"],
    ["a film only", join(box("ftyp", join("avis\0\0\0\0")), box("moov")), "unsupported_image"],
    ["an empty meta box", join(box("ftyp", join("avif")), box("meta", be32(0))), "corrupt_image"],
    ["a box of 3 bytes", join(box("ftyp", join("avif")), be32(3), "meta"), "corrupt_image"],
  ] as const,
)("probe() of an AVIF with %s is refused", (_, bytes, code) => {
  assert.throws(() => probe(bytes), { code });
});

Deno.test("decode() of AVIFs cut anywhere is an ImageError, and the codec works afterwards", async () => {
  for (const part of [0.1, 0.3, 0.6, 0.9]) {
    const cut = avif.slice(0, Math.floor(part * avif.length));
    await assert.rejects(decode(cut), { name: "ImageError" }, `${part}`);
  }
  assert.equal((await decode(avif)).width, 83);
});

Deno.test({
  name: "decode() of an AVIF whose size is a lie is refused",
  // The fresh codec that follows a refusal ends reading its own file in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const bytes = avif.slice();
    const at = String.fromCharCode(...bytes).indexOf("ispe") + 8;
    bytes.set(be32(100, 100), at);
    await assert.rejects(decode(bytes), { code: "corrupt_image" });
  },
});

Deno.test("decode() of an AVIF holds the limits against its AV1 data, whatever its boxes say", async () => {
  const bytes = avif.slice();
  const at = String.fromCharCode(...bytes).indexOf("ispe") + 8;
  bytes.set(be32(10, 10), at);
  const limits = { ...DEFAULT_LIMITS, maxPixels: 1000 };
  const message = new RegExp(`${83 * 61} pixels`);
  await assert.rejects(decode(bytes, limits), { code: "image_too_large", message });
});

Deno.test("largestSequence() reads sequence headers with all their options", () => {
  const plain = new BitWriter();
  const full = new BitWriter();
  const write = (bits: BitWriter, ...fields: readonly (readonly [number, number])[]): void =>
    fields.forEach(([value, count]) => bits.write(value, count));
  write(plain, [0, 3], [1, 1], [1, 1], [4, 5]);
  // Timing with a decoder model, two operating points, the second of a high level.
  write(full, [0, 3], [0, 1], [0, 1], [1, 1], [1, 32], [1, 32], [1, 1], [0b00101, 5]);
  write(full, [1, 1], [9, 5], [1, 32], [3, 5], [4, 5], [1, 1], [1, 5]);
  write(full, [0, 12], [3, 5], [1, 1], [5, 10], [6, 10], [0, 1], [1, 1], [2, 4]);
  write(full, [1, 12], [9, 5], [1, 1], [0, 1], [0, 1]);
  for (const bits of [plain, full]) {
    write(bits, [9, 4], [7, 4], [639, 10], [199, 8], [0, 20]);
    const header = bits.bytes(0);
    const units = join([0x12, 0], [0x0e, 0, 0x80 | header.length, 0], header, [0x32, 1, 0]);
    assert.equal(largestSequence(units), 640 * 200);
    assert.equal(largestSequence(join([0x12, 0, 0x08], header)), 640 * 200);
    assert.throws(() => largestSequence(join([0x0a, 3], header.slice(0, 3))), RangeError);
  }
  assert.throws(() => largestSequence(new Uint8Array(12).fill(255)), RangeError);
  const endless = new BitWriter();
  write(endless, [0, 3], [0, 1], [0, 1], [1, 1], [1, 32], [1, 32], [1, 1], [0, 32], [0, 32]);
  assert.throws(() => largestSequence(join([0x08], endless.bytes(0))), /number without end/);
  assert.throws(() => largestSequence(join(...Array(1001).fill([0x12, 0]))), RangeError);
});
