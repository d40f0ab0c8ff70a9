import assert from "node:assert/strict";
import { affine, loadModel, type Model, parseManifest } from "../../../lib/adain/mod.ts";
import { Runtime } from "../../../lib/adain/onnx.ts";
import {
  buildVggDecoder,
  buildVggEncoder,
  readCheckpoint,
  VGG_SHAPE,
} from "../../../lib/checkpoints/mod.ts";
import { sharedFolder } from "../../support/shared.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Largest difference to PyTorch that is allowed, for features up to 20 and pictures of 0..1. */
const TOLERANCE = 1e-4;

const fast = await loadModel(new URL("models/fast/", ROOT));

// ONNX Runtime opens a message port with its first session and keeps it as long as the process.
await (await Runtime.open(fast)).dispose();

/** Values of `models/training/golden.py`, and the size of its picture. */
async function readGolden(name: string): Promise<{
  values: (key: string) => Float32Array<ArrayBuffer>;
  size: { width: number; height: number };
}> {
  const file = await Deno.readFile(new URL(`tests/golden/${name}.safetensors`, ROOT));
  const golden = readCheckpoint(file);
  const [, , height = 0, width = 0] = golden.get("image")?.shape ?? [];
  const values = (key: string): Float32Array<ArrayBuffer> => {
    const tensor = golden.get(key);
    if (tensor) return tensor.read();
    throw new Error(`the golden lacks ${key}`);
  };
  return { values, size: { width, height } };
}

function near(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: has the golden been computed again?`);
  const largest = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? NaN))),
    0,
  );
  assert(
    largest <= TOLERANCE,
    `${what} differs by ${largest}: has the golden been computed again?`,
  );
}

/** The whole chain, and each half by itself from what PyTorch gives. */
async function compare(model: Model, name: string): Promise<void> {
  const { values, size } = await readGolden(name);
  const runtime = await Runtime.open(model);
  try {
    const { features, statistics } = await runtime.encode({ data: values("image"), ...size });
    near(await features.read() as Float32Array, values("features"), "features");
    near(statistics.mean, values("mean"), "mean");
    near(statistics.std, values("std"), "std");
    const style = await runtime.completeStyle({
      mean: values("style_mean"),
      std: values("style_std"),
    });
    const modulated = style.modulation !== undefined;
    assert.equal(modulated, model.style !== undefined);
    if (style.modulation) near(style.modulation, values("style_modulation"), "modulation");
    const map = affine(statistics, style, 0.75);
    const picture = await runtime.decode(features, map);
    assert.deepEqual([picture.width, picture.height], [size.width, size.height]);
    near(picture.data, values("output"), "output of the chain");
    const exact = {
      scale: values("scale"),
      shift: values("shift"),
      ...(modulated ? { modulation: values("modulation") } : {}),
    };
    near((await runtime.decode(features, exact)).data, values("output"), "output");
    features.dispose();
  } finally {
    await runtime.dispose();
  }
}

Deno.test("models/fast does what PyTorch does", async () => {
  await compare(fast, "fast");
});

const weights = sharedFolder("weights/adain/");

Deno.test({
  name: "the imported network of the paper does what PyTorch does",
  ignore: weights === null,
  fn: async () => {
    if (!weights) return;
    const read = async (file: string): Promise<ReturnType<typeof readCheckpoint>> =>
      readCheckpoint(await Deno.readFile(new URL(file, weights)));
    const encoder = buildVggEncoder(await read("vgg_normalised_relu4_1.q8.safetensors"));
    const decoder = buildVggDecoder(await read("decoder.q8.safetensors"));
    const file = { path: "graph.onnx", sha256: "-" };
    const manifest = parseManifest(JSON.stringify({
      name: "vgg19",
      version: "test",
      ...VGG_SHAPE,
      files: { encoder: file, decoder: file },
    }));
    await compare({ manifest, encoder, decoder }, "vgg19");
  },
});
