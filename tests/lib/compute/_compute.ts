import {
  type GeometryRequest,
  InProcessCompute,
  type InProcessOptions,
} from "../../../lib/compute/mod.ts";

const MODEL = new URL("../../../models/fast/", import.meta.url);

/** Asks for no other size. */
export const GEOMETRY: GeometryRequest = {
  fit: "inside",
  gravity: { x: 0.5, y: 0.5 },
  dpr: 1,
  enlarge: false,
  maxSide: 2048,
};

/** Starts compute in this thread with the model that ships. */
export function startCompute(change: Partial<InProcessOptions> = {}): Promise<InProcessCompute> {
  return InProcessCompute.start({
    pipeline: { models: { fast: MODEL.href }, provider: "wasm", threads: 1 },
    model: "fast",
    queueLimit: 8,
    maxBytes: 1e9,
    deadline: 60_000,
    ...change,
  });
}
await (await startCompute()).close(); // ONNX Runtime's own port is opened once per process
