import assert from "node:assert/strict";
import { InferenceSession } from "onnxruntime-web/wasm";
import { loadModel, Stylizer } from "../../../lib/adain/mod.ts";
import { Runtime } from "../../../lib/adain/onnx.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";

const MODEL = await loadModel(new URL("../../../models/fast/", import.meta.url));
const PlatformWorker = globalThis.Worker;

// ONNX Runtime opens a message port with its first session and keeps it as long as the process.
await (await Stylizer.open(MODEL)).dispose();

const picture = drawPicture(32, 32, 1);

Deno.test("open() leaves the platform's Worker in its place", async () => {
  assert.equal(globalThis.Worker, PlatformWorker);
  const worker = new Worker("data:text/javascript,postMessage('here')", { type: "module" });
  const answer = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  assert.equal(answer, "here");
  worker.terminate();
});

Deno.test("dispose() of a disposed stylizer leaves another one alone", async () => {
  const old = await Stylizer.open(MODEL);
  const statistics = await old.analyze(picture);
  await old.dispose();
  const other = await Stylizer.open(MODEL);
  const target = { styles: [{ statistics }] };
  await assert.rejects(old.stylize(picture, target), { name: "AdainError", code: "disposed" });
  await assert.rejects(old.analyze(picture), { code: "disposed" });
  await old.dispose();
  assert.equal((await other.stylize(picture, target)).width, picture.width);
  await other.dispose();
});

Deno.test("dispose() lets runs end that were asked for, and refuses more", async () => {
  const runtime = await Runtime.open(MODEL);
  const image = { data: new Float32Array(3 * 16 * 16), width: 16, height: 16 };
  const asked = [runtime.encode(image), runtime.encode(image)];
  const disposed = runtime.dispose();
  await assert.rejects(runtime.encode(image), { code: "disposed" });
  for (const { features } of await Promise.all(asked)) features.dispose();
  await disposed;
});

Deno.test("open() of a damaged model releases the graphs that were opened", async (t) => {
  const { create } = InferenceSession;
  let open = 0;
  InferenceSession.create = async (...model: unknown[]) => {
    const session = await Reflect.apply(create, InferenceSession, model);
    open++;
    const release = session.release.bind(session);
    session.release = () => (open--, release());
    return session;
  };
  const noGraph = new TextEncoder().encode("not a graph");
  for (const graph of ["encoder", "decoder", "style"] as const) {
    await t.step(graph, async () => {
      const damaged = { ...MODEL, [graph]: noGraph };
      await assert.rejects(Stylizer.open(damaged), { code: "model_damaged" });
      assert.equal(open, 0);
    });
  }
  InferenceSession.create = create;
});

// Its threads stay as long as the process.
const threads = {
  name: "stylizers with two threads open one after another",
  sanitizeResources: false,
};
Deno.test(threads, async () => {
  const one = await Stylizer.open(MODEL);
  const target = { styles: [{ statistics: await one.analyze(picture) }] };
  const expected = await one.stylize(picture, target);
  for (let i = 0; i < 2; i++) {
    const two = await Stylizer.open(MODEL, { threads: 2 });
    assert.equal(globalThis.Worker, PlatformWorker);
    assert(largestDifference(expected, await two.stylize(picture, target)) <= 1);
    await two.dispose();
  }
  await one.dispose();
});
