import assert from "node:assert/strict";
import { decode, ImageError, type ImageErrorCode, probe } from "../../../lib/image/mod.ts";
import { meanDifference } from "../../support/pictures.ts";
import { sharedFolder } from "../../support/shared.ts";

async function* filesOf(folder: URL): AsyncGenerator<[string, Uint8Array<ArrayBuffer>]> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.(png|jpe?g|gif|webp|avif)$/i.test(name)) {
      yield [name, await Deno.readFile(new URL(name, folder))];
    }
  }
}

function testCorpus(name: string, test: (folder: URL) => Promise<void>): void {
  const folder = sharedFolder(`corpora/${name}/`);
  Deno.test({
    name: `the corpus ${name}`,
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

testCorpus("webp", async (folder) => {
  for await (const [name, bytes] of filesOf(folder)) {
    const { width, height } = await decode(bytes);
    assert.deepEqual([width, height], [probe(bytes).width, probe(bytes).height], name);
  }
});

testCorpus("color", async (folder) => {
  for await (const [name, bytes] of filesOf(folder)) {
    assert((await decode(bytes)).width > 0, name);
  }
});

testCorpus("gif", async (folder) => {
  for await (const [name, bytes] of filesOf(folder)) {
    try {
      const { width, height } = await decode(bytes);
      assert.deepEqual([width, height], [probe(bytes).width, probe(bytes).height], name);
    } catch (error) {
      assert(error instanceof ImageError, `${name}: ${error}`);
    }
  }
});

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
    await assert.rejects(decode(bytes), { name: "ImageError", code }, name);
  }
});
