import assert from "node:assert/strict";
import { AdainError, loadModel, type Provider, Stylizer } from "../../../lib/adain/mod.ts";
import { drawPicture } from "../../support/pictures.ts";
import { MODEL, withStylizer } from "./_stylizer.ts";

Deno.test("stylize() refuses bad targets before it runs anything", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const content = drawPicture(32, 32, 15);
    const runs = stylizer.encoderRuns;
    const mask = { width: 1, height: 1, data: Float32Array.of(1) };
    const short = { mean: new Float32Array(3), std: new Float32Array(3).fill(1) };
    for (
      const [target, code] of [
        [{ styles: [] }, "invalid_target"],
        [{ styles: [{ statistics, weight: -1 }] }, "invalid_target"],
        [{ styles: [{ statistics, weight: 0 }] }, "invalid_target"],
        [{ styles: new Array(9).fill({ statistics }) }, "invalid_target"],
        [{ styles: [{ statistics }], alpha: NaN }, "invalid_target"],
        [{ styles: [{ statistics }], colour: "contents" as "content" }, "invalid_target"],
        [{ styles: [{ statistics }], masks: [mask] }, "invalid_target"],
        [{ styles: [{ statistics: short }] }, "invalid_statistics"],
      ] as const
    ) {
      await assert.rejects(stylizer.stylize(content, target), (error) => {
        assert(error instanceof AdainError);
        assert.equal(error.code, code);
        return true;
      });
    }
    assert.equal(stylizer.encoderRuns, runs);
  });
});

Deno.test("stylize() refuses a picture whose bytes do not fit its size", async () => {
  await withStylizer(async (stylizer, statistics) => {
    for (const [width, height, bytes] of [[8, 8, 100], [2.5, 2, 20], [-2, -2, 16]] as const) {
      const broken = { width, height, data: new Uint8ClampedArray(bytes) };
      const target = { styles: [{ statistics }] };
      await assert.rejects(stylizer.encode(broken), { code: "invalid_target" });
      await assert.rejects(stylizer.analyze(broken), { code: "invalid_target" });
      await assert.rejects(stylizer.stylize(broken, target), { code: "invalid_target" });
    }
  });
});

Deno.test("decode() refuses a content that was disposed", async () => {
  const content = drawPicture(300, 300, 16);
  for (const options of [{}, { memoryBudget: 1 + 2 ** 26, maxRunPixels: 256 * 256 }]) {
    await withStylizer(async (stylizer, statistics) => {
      const encoded = await stylizer.encode(content);
      encoded.dispose();
      const refused = stylizer.decode(encoded, { styles: [{ statistics }] });
      await assert.rejects(refused, { name: "AdainError", code: "disposed" });
    }, options);
  }
});

Deno.test("open() refuses threads that cannot be had, and an unknown provider", async () => {
  const model = await loadModel(MODEL);
  for (const threads of [0, 1.5, -1, NaN]) {
    await assert.rejects(Stylizer.open(model, { threads }), RangeError, `${threads}`);
  }
  const provider = "cuda" as Provider;
  await assert.rejects(Stylizer.open(model, { provider }), { name: "TypeError", message: /wasm/ });
});

Deno.test("open() refuses a run budget that is too small", async () => {
  const model = await loadModel(MODEL);
  await assert.rejects(Stylizer.open(model, { maxRunPixels: 1000 }), RangeError);
});

Deno.test("open() refuses a memory budget that is too small", async () => {
  const model = await loadModel(MODEL);
  for (const memoryBudget of [1e6, NaN]) {
    await assert.rejects(Stylizer.open(model, { memoryBudget }), RangeError);
  }
});

Deno.test("encode() runs no more pixels than fit the provider's largest buffer", async () => {
  const model = await loadModel(MODEL);
  const wide = { ...model, manifest: { ...model.manifest, fullSizeChannels: 1200 } };
  const stylizer = await Stylizer.open(wide, { memoryBudget: 2 ** 40 });
  const encoded = await stylizer.encode(drawPicture(400, 300, 17));
  for (const { outer } of encoded.tiles) {
    assert(4 * 1200 * outer.width * outer.height <= 2 ** 29, `${outer.width} x ${outer.height}`);
  }
  encoded.dispose();
  await stylizer.dispose();
});

Deno.test("open() refuses a graph that is not ONNX", async () => {
  const model = { ...await loadModel(MODEL), encoder: new TextEncoder().encode("not a graph") };
  await assert.rejects(Stylizer.open(model), { code: "model_damaged" });
});

// Its threads, too, stay as long as the process.
