import type * as ort from "onnxruntime-web";
import { AdainError } from "./errors.ts";
import type { Model } from "./manifest.ts";
import type { ChosenProvider } from "./provider.ts";
import { RunQueue } from "./run_queue.ts";

/** The open graphs of a model. */
export interface Sessions {
  /** Image to features, mean and std. */
  readonly encoder: ort.InferenceSession;
  /** Features, scale, shift and modulation to image. */
  readonly decoder: ort.InferenceSession;
  /** Mean and std to modulation; absent where the model has none. */
  readonly style?: ort.InferenceSession;
}

/** What sessions run on. */
export interface SessionOptions {
  /** Where the graphs run. */
  readonly provider: ChosenProvider["provider"];
  /** WASM threads of one run. */
  readonly threads: number;
}

/** ONNX Runtime refuses a session for WebGPU while another one is created. */
const opening = new RunQueue();

/**
 * Opens the graphs of a model, one model at a time.
 *
 * @param model The model's graphs.
 * @param options Provider and threads.
 * @returns ONNX Runtime's module and the sessions; release them.
 * @throws {AdainError} `model_damaged` if a graph does not load.
 */
export function openSessions(
  model: Model,
  options: SessionOptions,
): Promise<{ module: typeof ort; sessions: Sessions }> {
  return opening.run(async () => {
    // ONNX Runtime takes Deno for Node and puts the Worker of Node in place of the platform's.
    const { Worker } = globalThis;
    try {
      const module = await importOrt(options);
      return { module, sessions: await createSessions(module, model, options.provider) };
    } finally {
      globalThis.Worker = Worker;
    }
  });
}

async function createSessions(
  { InferenceSession: { create } }: typeof ort,
  model: Model,
  provider: SessionOptions["provider"],
): Promise<Sessions> {
  const common = { executionProviders: [provider], logSeverityLevel: 3 } as const;
  const onDevice = provider === "webgpu"
    ? { preferredOutputLocation: { features: "gpu-buffer" } } as const
    : {};
  const created: Partial<Record<keyof Sessions, ort.InferenceSession>> = {};
  try {
    const encoder = created.encoder = await create(model.encoder, { ...common, ...onDevice });
    const decoder = created.decoder = await create(model.decoder, common);
    const style = model.style ? { style: await create(model.style, common) } : {};
    return { encoder, decoder, ...style };
  } catch (cause) {
    await releaseSessions(created);
    throw new AdainError(
      "model_damaged",
      `Cannot load the graphs of the model "${model.manifest.name}" on ${provider}`,
      { cause },
    );
  }
}

/**
 * Frees sessions.
 *
 * @param sessions What {@linkcode openSessions} gave; no run is under way.
 */
export async function releaseSessions(sessions: Partial<Sessions>): Promise<void> {
  for (const session of Object.values(sessions)) await session.release();
}

/**
 * The package has one entry per backend: `/wasm` starts fastest but cannot start threads on Deno,
 * the main entry can, and only `/webgpu` has WebGPU.
 */
async function importOrt({ provider, threads }: SessionOptions): Promise<typeof ort> {
  hideWorkerOrigin();
  const module: typeof ort = provider === "webgpu"
    ? await import("onnxruntime-web/webgpu")
    : threads === 1
    ? await import("onnxruntime-web/wasm")
    : await import("onnxruntime-web");
  module.env.wasm.numThreads = threads;
  module.env.logLevel = "error";
  return module;
}

/**
 * In a worker `location.origin` is "null", which ONNX Runtime takes for a base URL. Other WASM
 * modules need `location.href`, so only the origin is hidden.
 */
function hideWorkerOrigin(): void {
  if (globalThis.location?.origin === "null") {
    const value = { href: globalThis.location.href, origin: undefined };
    Object.defineProperty(globalThis, "location", { value, configurable: true });
  }
}
