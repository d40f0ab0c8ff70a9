import assert from "node:assert/strict";
import { encode, probe } from "../../../lib/image/mod.ts";
import { riffChunks } from "../../../lib/image/chunks.ts";
import { type Part, webpFile, writeChunks } from "../../../lib/image/riff.ts";
import { drawPicture } from "../../support/pictures.ts";
import { be16, be32, join, writeGif } from "./fixtures.ts";

const WHOLE = { x: 0, y: 0, width: 8, height: 6, color: 1, dispose: 1, delay: 10 };

/** The GIF without its transparent colours. */
function opaque(gif: Uint8Array): Uint8Array<ArrayBuffer> {
  return gif.map((byte, i) => gif[i - 3] === 0x21 && gif[i - 2] === 0xf9 ? byte & 0xfe : byte);
}

Deno.test("probe() tells whether a GIF may be transparent", () => {
  const second = { ...WHOLE, x: 2, width: 3 };
  assert.equal(probe(opaque(writeGif([8, 6], [WHOLE, second]))).alpha, false);
  assert.equal(probe(writeGif([8, 6], [WHOLE])).alpha, true);
  assert.equal(probe(opaque(writeGif([8, 6], [second]))).alpha, true);
  assert.equal(probe(opaque(writeGif([9, 6], [WHOLE]))).alpha, true);
  const clearing = { ...WHOLE, dispose: 2 };
  assert.equal(probe(opaque(writeGif([8, 6], [clearing, second]))).alpha, true);
});

const plain = drawPicture(8, 6, 1);
const half = { ...plain, data: plain.data.map((value, i) => i % 4 === 3 && i < 90 ? 0 : value) };

/** The chunks of a WebP's picture. */
async function pictureOf(pixels: typeof plain): Promise<Part[]> {
  const webp = await encode(pixels, { format: "webp" });
  return [...riffChunks(webp, 12)].filter(({ name }) => ["ALPH", "VP8 ", "VP8L"].includes(name));
}

/** A frame at the top left. */
function frame(parts: readonly Part[], { width = 8, height = 6, flags = 2 } = {}): Part {
  const head = [0, 0, 0, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0, 50, 0, 0, flags];
  return { name: "ANMF", body: join(head, writeChunks(parts)) };
}

Deno.test("probe() tells whether an animated WebP may be transparent, without a word in its header", async () => {
  const [solid, clear] = [await pictureOf(plain), await pictureOf(half)];
  const file = (...parts: Part[]): boolean =>
    probe(webpFile({ width: 8, height: 6, alpha: false, animated: true, parts })).alpha;
  assert.equal(file(frame(solid), frame(solid, { width: 4 })), false);
  assert.equal(file(frame(solid), frame(clear)), true);
  assert.equal(file(frame(solid, { width: 4 })), true);
  assert.equal(file(frame(solid, { flags: 3 }), frame(solid, { height: 4 })), true);
  assert.equal(file({ name: "ANMF", body: new Uint8Array(3) }), false);
});

Deno.test("probe() tells whether a WebP with an extended header is transparent", async () => {
  const [solid, clear] = [await pictureOf(plain), await pictureOf(half)];
  const file = (parts: Part[]): boolean =>
    probe(webpFile({ width: 8, height: 6, alpha: false, parts })).alpha;
  assert.deepEqual([file(solid), file(clear)], [false, true]);
});

function box(
  name: string,
  ...content: readonly (Uint8Array | readonly number[] | string)[]
): Uint8Array {
  const body = join(...content);
  return join(be32(body.length + 8), name, body);
}

/** The boxes of an AVIF whose primary picture has an auxiliary one of a kind. */
function avifWith(kind: string): Uint8Array<ArrayBuffer> {
  const properties = box("ipco", box("ispe", be32(0, 8, 6)), box("auxC", be32(0), `${kind}\0`));
  const owners = box("ipma", be32(0), be32(1), be16(1), [1, 0x81]);
  const primary = box("pitm", be32(0), be16(1));
  return join(box("ftyp", "avif"), box("meta", be32(0), primary, box("iprp", properties, owners)));
}

Deno.test.each(
  [
    ["urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", true],
    ["urn:mpeg:hevc:2015:auxid:1", true],
    ["urn:mpeg:mpegB:cicp:systems:auxiliary:depth", false],
    ["urn:mpeg:hevc:2015:auxid:2", false],
  ] as const,
)("probe() of an AVIF with a picture of kind %s tells of alpha: %s", (kind, alpha) => {
  assert.equal(probe(avifWith(kind)).alpha, alpha);
});
