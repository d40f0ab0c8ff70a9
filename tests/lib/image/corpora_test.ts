import assert from "node:assert/strict";
import {
  decode,
  decodeFrames,
  encodeAnimation,
  ImageError,
  type ImageErrorCode,
  probe,
} from "../../../lib/image/mod.ts";
import { meanDifference } from "../../support/pictures.ts";
import { sharedFolder } from "../../support/shared.ts";

async function* filesOf(folder: URL): AsyncGenerator<[string, Uint8Array<ArrayBuffer>]> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.(png|jpe?g|gif|webp|avif)$/i.test(name)) {
      yield [name, await Deno.readFile(new URL(name, folder))];
    }
  }
}

function testCorpus(
  name: string,
  test: (folder: URL) => Promise<void>,
  { more = "" }: { readonly more?: string } = {},
): void {
  const folder = sharedFolder(`corpora/${name}/`);
  Deno.test({
    name: `the corpus ${name}${more}`,
    ignore: folder === null,
    fn: () => folder ? test(folder) : Promise.resolve(),
  });
}

testCorpus("pngsuite", async (folder) => {
  let [sound, damaged] = [0, 0];
  for await (const [name, bytes] of filesOf(folder)) {
    if (name.startsWith("x")) {
      await assert.rejects(decode(bytes), ImageError, name);
      damaged++;
    } else {
      const { width, height } = probe(bytes);
      const pixels = await decode(bytes);
      assert.deepEqual([pixels.width, pixels.height], [width, height], name);
      sound++;
    }
  }
  assert(sound > 150 && damaged > 10);
});

testCorpus("exif_orientation", async (folder) => {
  for (const shape of ["Landscape", "Portrait"]) {
    const upright = await decode(await Deno.readFile(new URL(`${shape}_1.jpg`, folder)));
    for (const orientation of [0, 2, 3, 4, 5, 6, 7, 8]) {
      const file = new URL(`${shape}_${orientation}.jpg`, folder);
      const pixels = await decode(await Deno.readFile(file));
      assert.deepEqual([pixels.width, pixels.height], [upright.width, upright.height]);
      const difference = meanDifference(upright, pixels);
      assert(difference < 6, `${shape} ${orientation} differs by ${difference}`);
    }
  }
});

/** Frames of the WebPs that move. */
const MOVING: Readonly<Record<string, number>> = {
  "random_lossless.webp": 3,
  "random_lossy.webp": 4,
};

testCorpus("webp", async (folder) => {
  for await (const [name, bytes] of filesOf(folder)) {
    const { width, height } = await decode(bytes);
    assert.deepEqual([width, height], [probe(bytes).width, probe(bytes).height], name);
    assert.equal((await decodeFrames(bytes)).frames.length, MOVING[name] ?? 1, name);
  }
});

testCorpus("color", async (folder) => {
  for await (const [name, bytes] of filesOf(folder)) {
    assert((await decode(bytes)).width > 0, name);
  }
});

/** GIFs that are refused, and the frames of those that move; all others are stills. */
const GIFS: Readonly<Record<string, ImageErrorCode | number>> = {
  "anim-gr.gif": 2,
  "beacon.gif": 2,
  "beacon_icc.gif": 2,
  "beacon_xmp.gif": 2,
  "gifplayer-muybridge.gif": "image_too_large",
  "issue-101-infinite-empty-loop.gif": "image_too_large",
  "issue-117-out-of-range.gif": "image_too_large",
  "issue-208-block-type.gif": "corrupt_image",
  "issue-209-extension-block-type.gif": "corrupt_image",
  "issue-96-small-codesize-2.gif": "image_too_large",
  "issue-96-small-codesize.gif": "corrupt_image",
  "moon_impact.gif": 14,
  "sample_big.gif": "image_too_large",
};

testCorpus("gif", async (folder) => {
  for await (const [name, bytes] of filesOf(folder)) {
    const wanted = GIFS[name] ?? 1;
    if (typeof wanted === "string") {
      await assert.rejects(decodeFrames(bytes), { name: "ImageError", code: wanted }, name);
      continue;
    }
    const { width, height } = probe(bytes);
    const { frames } = await decodeFrames(bytes);
    assert.equal(frames.length, wanted, name);
    assert(frames.every(({ pixels }) => pixels.width === width && pixels.height === height), name);
    assert.deepEqual(await decode(bytes), frames[0]?.pixels, name);
  }
});

testCorpus("gif", async (folder) => {
  // More frames than may be decoded whole do not keep the first from being shown.
  for (const name of ["gifplayer-muybridge.gif", "sample_big.gif"]) {
    const bytes = await Deno.readFile(new URL(name, folder));
    assert((await decode(bytes)).width > 0, name);
  }
  const moving = await decodeFrames(await Deno.readFile(new URL("moon_impact.gif", folder)));
  assert.equal(moving.plays, 11);
  const again = await decodeFrames(await encodeAnimation(moving, { format: "gif" }));
  assert.deepEqual(again, moving, "greys stay exact");
}, { more: ": many frames" });

/** The most memory by which the process may grow for a picture that is refused, in bytes. */
const REFUSAL_MEMORY = 100_000_000;

const LIMITS: Readonly<Record<string, ImageErrorCode>> = {
  "sharp_65536-uint32-limit.png": "image_too_large",
  "thumbor_16384x16384.png": "image_too_large",
  "vips_17000x17000.avif": "image_too_large",
  "sharp_corrupt-header.jpg": "corrupt_image",
  "sharp_truncated.jpg": "corrupt_image",
  "sharp_truncated.png": "corrupt_image",
};

testCorpus("limits", async (folder) => {
  for (const [name, code] of Object.entries(LIMITS)) {
    const bytes = await Deno.readFile(new URL(name, folder));
    const [memory, start] = [Deno.memoryUsage().rss, performance.now()];
    await assert.rejects(decode(bytes), { name: "ImageError", code }, name);
    await assert.rejects(decodeFrames(bytes), { name: "ImageError", code }, name);
    assert(performance.now() - start < 5000, name);
    assert(Deno.memoryUsage().rss - memory < REFUSAL_MEMORY, name);
  }
  const crashing = await Deno.readFile(new URL("sharp_Crash_test.gif", folder));
  assert.equal((await decode(crashing)).width, 800);
});
