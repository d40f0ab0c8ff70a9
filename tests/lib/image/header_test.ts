import assert from "node:assert/strict";
import { probe } from "../../../lib/image/mod.ts";
import { be16, be32, join, le16 } from "./fixtures.ts";

const SIZE = 20_000_000;

/** A head, and after it one unit again and again, up to 20 MB. */
function repeat(head: Uint8Array, unit: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  bytes.set(head);
  bytes.set(unit, head.length);
  for (let filled = unit.length; head.length + filled < SIZE; filled *= 2) {
    const length = Math.min(filled, SIZE - head.length - filled);
    bytes.copyWithin(head.length + filled, head.length, head.length + length);
  }
  return bytes;
}

const JPEG = join([0xff, 0xd8, 0xff]);
const PNG = join("\x89PNG\r\n\x1a\n", be32(13), "IHDR", be32(8, 8), [8, 6, 0, 0, 0], be32(0));
const WEBP = join("RIFF\0\0\0\0WEBPVP8X", [10, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 7, 0, 0]);
const GIF = join("GIF89a", le16(8, 8), [0, 0, 0]);
const AVIF = join(be32(16), "ftypavif\0\0\0\0");

/** Properties of items without end: the primary picture's are not among them. */
const ASSOCIATIONS = join(
  AVIF,
  be32(SIZE - 16),
  "meta\0\0\0\0",
  be32(14),
  "pitm\0\0\0\0\0\x09",
  be32(SIZE - 42),
  "iprp",
  be32(8),
  "ipco",
  be32(SIZE - 58),
  "ipma\0\0\0\0\xff\xff\xff\xff",
);

/** Twenty tags that share 200,000 numbers. */
const TIFF = join(
  "MM\0*",
  be32(8),
  be16(20),
  ...[256, 257, 258, 259, 262, 266, 273, 274, 277, 278].map(tag),
  ...[279, 284, 317, 320, 322, 323, 324, 325, 338, 339].map(tag),
);

function tag(number: number): number[] {
  return [...be16(number, 4), ...be32(200_000, 1000)];
}

const MANY = /more than 20000 parts/;
const NO_FRAME = /no frame header/;

Deno.test.each(
  [
    ["a JPEG of Exif segments", JPEG, join([0xff, 0xe1], be16(8), "Exif\0\0"), MANY],
    ["a JPEG of empty segments", JPEG, join([0xff, 0xe2], be16(2)), MANY],
    ["a JPEG of fill bytes", JPEG, join([0xff]), NO_FRAME],
    ["a JPEG of stuffing", JPEG, join([0xff, 0]), NO_FRAME],
    ["a JPEG of restarts", JPEG, join([0xff, 0xd0]), NO_FRAME],
    ["a JPEG of zeros", JPEG, join([0]), NO_FRAME],
    ["a PNG of empty eXIf", PNG, join(be32(0), "eXIf", be32(0)), MANY],
    ["a WebP of empty EXIF", WEBP, join("EXIF", be32(0)), MANY],
    ["a WebP of empty frames", WEBP, join("ANMF", be32(0)), MANY],
    ["a GIF of extensions", GIF, join([0x21, 0xff, 0]), MANY],
    ["a GIF of frames", GIF, join([0x2c], le16(0, 0, 1, 1), [0, 2, 0]), MANY],
    ["a GIF of tiny blocks", join(GIF, [0x21, 0xfe]), join([1, 0x21]), undefined],
    ["an AVIF of boxes", AVIF, join(be32(8), "free"), MANY],
    ["an AVIF of associations", ASSOCIATIONS, join([0, 1, 0]), MANY],
    ["a TIFF of long tags", TIFF, join([1]), undefined],
  ] as const,
)("probe() of 20 MB takes no time: %s", (_, head, unit, refusal) => {
  const bytes = repeat(head, unit);
  const look = (): number => {
    const started = performance.now();
    if (refusal) {
      assert.throws(() => probe(bytes), (error) => {
        assert(error instanceof Error && error.cause instanceof RangeError);
        assert.match(error.cause.message, refusal);
        return true;
      });
    } else {
      probe(bytes);
    }
    return performance.now() - started;
  };
  // Some 30 ms; where each part costs an exception or a search it was seconds. A machine that rests
  // in the middle does not do so each time.
  assert(look() < 2000 || look() < 2000 || look() < 2000);
});

Deno.test("probe() counts thousands of frames", () => {
  const frame = join([0x21, 0xf9, 4, 0, 0, 0, 0, 0, 0x2c], le16(0, 0, 8, 8), [0, 2, 0]);
  const gif = join(GIF, ...Array.from({ length: 9000 }, () => frame), [0x3b]);
  assert.equal(probe(gif).frames, 9000);
});
