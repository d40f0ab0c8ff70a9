import assert from "node:assert/strict";
import { encodeContent } from "../../../lib/adain/content.ts";
import {
  affine,
  loadModel,
  type RgbaImage,
  type Statistics,
  Stylizer,
} from "../../../lib/adain/mod.ts";
import { Runtime } from "../../../lib/adain/onnx.ts";
import { paint } from "../../../lib/adain/paint.ts";
import { toPlanar } from "../../../lib/adain/planar.ts";
import { regionsOf, type Target } from "../../../lib/adain/regions.ts";
import { drawPicture, largestDifference, meanDifference } from "../../support/pictures.ts";

// Pictures are tiny: a software adapter on a busy machine takes seconds for 64 x 64 pixels.

const MODEL = await loadModel(new URL("../../../models/fast/", import.meta.url));

/** Measured: see docs/adain.md; float32 sums are taken in another order. */
const TOLERANCE = 1e-4;

/** Whether there is an adapter; said loudly if not, and a failure with `REQUIRE_ALL=1`. */
async function hasAdapter(): Promise<boolean> {
  if (await (globalThis.navigator?.gpu?.requestAdapter() ?? null)) return true;
  const line =
    "SKIPPED: no WebGPU adapter; mesa-vulkan-drivers and libvulkan1 bring one in software";
  if (Deno.env.get("REQUIRE_ALL") === "1") throw new Error(line);
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  return false;
}

/** One provider with both doors of the library. */
interface Opened {
  readonly stylizer: Stylizer;
  readonly runtime: Runtime;
}

async function openOn(provider: "wasm" | "webgpu"): Promise<Opened> {
  const stylizer = await Stylizer.open(MODEL, { provider });
  assert.equal(stylizer.provider, provider);
  return { stylizer, runtime: await Runtime.open(MODEL, { provider }) };
}

// Opened once: a software adapter compiles its shaders for seconds.
const wasm = await openOn("wasm");
const webgpu = await hasAdapter() ? await openOn("webgpu") : null;
const style = (seed: number): Promise<Statistics> =>
  wasm.stylizer.analyze(drawPicture(64, 64, seed));
const styles = [{ statistics: await style(1) }, { statistics: await style(2) }];
const mask = { width: 4, height: 1, data: Float32Array.of(1, 0.8, 0.2, 0) };

Deno.test.afterAll(async () => {
  for (const opened of [wasm, webgpu]) {
    await opened?.stylizer.dispose();
    await opened?.runtime.dispose();
  }
});

/** The device stays as long as the process. */
function gpuTest(name: string, task: (webgpu: Opened) => Promise<void>): void {
  const options = { name, ignore: !webgpu, sanitizeResources: false, sanitizeOps: false };
  Deno.test({ ...options, fn: async () => webgpu ? await task(webgpu) : undefined });
}

function assertSame(a: RgbaImage | undefined, b: RgbaImage | undefined): void {
  assert(a && b);
  // Values that lie on the edge between two bytes may fall to either side.
  assert(largestDifference(a, b) <= 1, `${largestDifference(a, b)}`);
  assert(meanDifference(a, b) < 0.02, `${meanDifference(a, b)}`);
}

gpuTest("encode() and decode() on WebGPU give the values of WASM", async (webgpu) => {
  const size = { width: 64, height: 48 };
  const data = toPlanar(drawPicture(64, 48, 3), { x: 0, y: 0, ...size });
  const run = async ({ runtime }: Opened): Promise<Float32Array> => {
    const { features, statistics } = await runtime.encode({ data, ...size });
    const picture = await runtime.decode(features, affine(statistics, await style(1)));
    features.dispose();
    return picture.data;
  };
  const [expected, found] = [await run(wasm), await run(webgpu)];
  const largest = expected.reduce((max, v, i) => Math.max(max, Math.abs(v - (found[i] ?? NaN))), 0);
  assert(largest < TOLERANCE, `${largest}`);
});

gpuTest("stylizeMany() on WebGPU paints as on WASM: odd sizes, masks, colours", async (webgpu) => {
  const targets: Target[] = [
    { styles, alpha: 0.7 },
    { styles, masks: [mask], alpha: 0.9 },
    { styles, masks: [mask, { ...mask, data: mask.data.toReversed() }], colour: "content" },
    { styles },
  ];
  const content = drawPicture(61, 45, 4);
  const expected = await wasm.stylizer.stylizeMany(content, targets);
  const found = await webgpu.stylizer.stylizeMany(content, targets);
  found.forEach((picture, k) => assertSame(picture, expected[k]));
});

gpuTest("paint() in tiles on WebGPU paints as one run on WASM", async (webgpu) => {
  const content = drawPicture(320, 16, 5);
  const { manifest } = MODEL;
  const target = { styles, masks: [mask] };
  const limits = { memoryBudget: 2 ** 28, maxRunPixels: 1024 };
  const encoded = await encodeContent(webgpu.runtime, content, { manifest, limits });
  assert(encoded.tiles.length > 2);
  const { stride } = manifest;
  const regions = await regionsOf(encoded, target, { stride });
  const job = { paints: [{ target, regions }], stride, signal: undefined };
  const [picture] = await paint(webgpu.runtime, encoded, job);
  encoded.dispose();
  assertSame(picture, await wasm.stylizer.stylize(content, target));
});

gpuTest("open() with auto does not take the software adapter", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const software = /llvmpipe/.test(adapter?.info.description ?? "");
  const stylizer = await Stylizer.open(MODEL, { provider: "auto" });
  assert.equal(stylizer.provider, software ? "wasm" : "webgpu");
  await stylizer.dispose();
});

gpuTest("open() twice at once on WebGPU opens both", async () => {
  const open = (): Promise<Stylizer> => Stylizer.open(MODEL, { provider: "webgpu" });
  const stylizers = await Promise.all([open(), open()]);
  for (const stylizer of stylizers) await stylizer.dispose();
});
