import assert from "node:assert/strict";
import { AdainError, loadModel, parseManifest } from "../../../lib/adain/mod.ts";

const FAST = new URL("../../../models/fast/", import.meta.url);
const good = JSON.parse(Deno.readTextFileSync(new URL("model.json", FAST)));

async function copyOfFast(): Promise<{ folder: URL; path: string }> {
  const path = await Deno.makeTempDir();
  for (const file of ["model.json", "encoder.onnx", "decoder.onnx", "style.onnx"]) {
    await Deno.copyFile(new URL(file, FAST), `${path}/${file}`);
  }
  return { folder: new URL(`file://${path}/`), path };
}

Deno.test("parseManifest() reads the model that ships", () => {
  const manifest = parseManifest(JSON.stringify(good));
  assert.equal(manifest.name, "fast");
  assert.equal(manifest.receptiveField % manifest.stride, 0);
});

Deno.test("parseManifest() takes a modulation of 0 for none", () => {
  const manifest = parseManifest(JSON.stringify({ ...good, modulation: 0 }));
  assert.deepEqual([manifest.modulation, manifest.files.style], [0, undefined]);
});

Deno.test("parseManifest() takes the widest map from the text, else from channels and stride", () => {
  const widest = (change: object): number =>
    parseManifest(JSON.stringify({ ...good, channels: 96, stride: 8, ...change })).fullSizeChannels;
  assert.equal(widest({ full_size_channels: undefined }), 12);
  assert.equal(widest({ full_size_channels: 24 }), 24);
  assert.throws(() => widest({ full_size_channels: 0 }), { code: "model_damaged" });
});

Deno.test.each([
  ["a name that is missing", { name: undefined }, /"name" must be a text, received nothing/],
  [
    "channels that are no number",
    { channels: "128" },
    /"channels" must be an integer of at least 1/,
  ],
  ["a stride of 0", { stride: 0 }, /"stride"/],
  ["a halo off the stride", { receptive_field: 57 }, /"receptive_field" must be a multiple/],
  ["files that are missing", { files: {} }, /"encoder" must be an object/],
  ["a modulation without its graph", {
    modulation: 4,
    files: { ...good.files, style: undefined },
  }, /"style" must be an object/],
  [
    "a modulation of less than nothing",
    { modulation: -1 },
    /"modulation" must be an integer of at least 0/,
  ],
  ["a path out of the folder", {
    files: { ...good.files, encoder: { ...good.files.encoder, path: "../x.onnx" } },
  }, /plain file name/],
  ["a path that is a folder", {
    files: { ...good.files, encoder: { ...good.files.encoder, path: ".." } },
  }, /plain file name/],
])("parseManifest() refuses %s", (_, change, message) => {
  assert.throws(() => parseManifest(JSON.stringify({ ...good, ...change })), (error) => {
    assert(error instanceof AdainError);
    assert.equal(error.code, "model_damaged");
    assert.match(error.message, message);
    return true;
  });
});

Deno.test("parseManifest() refuses text that is not JSON, or no object", () => {
  assert.throws(() => parseManifest("{"), { code: "model_damaged" });
  assert.throws(() => parseManifest("[]"), { code: "model_damaged" });
});

Deno.test("loadModel() refuses URLs of other schemes", async () => {
  const remote = new URL("http://127.0.0.1:9/fast/");
  await assert.rejects(loadModel(remote), { name: "TypeError", message: /only file URLs/ });
});

Deno.test("loadModel() says which file is missing", async () => {
  const { folder, path } = await copyOfFast();
  await Deno.remove(`${path}/decoder.onnx`);
  await assert.rejects(loadModel(folder), (error) => {
    assert(error instanceof AdainError);
    assert.equal(error.code, "model_missing");
    assert.match(error.message, /decoder\.onnx is not there/);
    return true;
  });
  await Deno.remove(path, { recursive: true });
});

Deno.test("loadModel() refuses a graph that is not the manifest's", async () => {
  const { folder, path } = await copyOfFast();
  const bytes = await Deno.readFile(`${path}/encoder.onnx`);
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  await Deno.writeFile(`${path}/encoder.onnx`, bytes);
  await assert.rejects(loadModel(folder), { code: "model_damaged" });
  await Deno.remove(path, { recursive: true });
});
