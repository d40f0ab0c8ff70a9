import assert from "node:assert/strict";
import type { FromWorker, ToWorker } from "../../../lib/compute/worker.ts";
import { DEFAULT_LIMITS, encode } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";

const WORKER = new URL("../../../lib/compute/worker.ts", import.meta.url);
const MODEL = new URL("../../../models/fast/", import.meta.url);

Deno.test("the worker stops a job that is aborted, and does the next", async () => {
  const source = await encode(drawPicture(600, 400, 1), { format: "png" });
  const job = { kind: "describe", source, limits: DEFAULT_LIMITS } as const;
  const worker = new Worker(WORKER, { type: "module" });
  const tell = (message: ToWorker): void => worker.postMessage(message);
  const hear = (): Promise<FromWorker> =>
    new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
  try {
    const options = { models: { fast: MODEL.href }, provider: "wasm", threads: 1 } as const;
    tell({ type: "open", options, model: "fast" });
    assert.equal((await hear()).type, "ready");
    tell({ type: "run", id: 1, job });
    tell({ type: "abort", id: 1 });
    const stopped = await hear();
    assert(stopped.type === "error" && stopped.id === 1, stopped.type);
    assert.equal(stopped.error.code, "aborted");
    tell({ type: "run", id: 2, job });
    const done = await hear();
    assert(done.type === "done" && done.id === 2, done.type);
  } finally {
    worker.terminate();
  }
});
