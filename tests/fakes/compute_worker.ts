import { AdainError } from "../../lib/adain/mod.ts";
import { toWire } from "../../lib/compute/errors.ts";
import type { FromWorker, ToWorker } from "../../lib/compute/worker.ts";
import { ImageError } from "../../lib/image/mod.ts";

/** A compute worker that behaves as each job's `model` tells it. */
interface Scope {
  postMessage(message: FromWorker): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

const scope = globalThis as unknown as Scope;

/** Tells this worker from the others. */
const name = crypto.getRandomValues(new Uint8Array(8));

/** Whether it hears no abort. */
let deaf = false;

scope.addEventListener("message", ({ data }) => {
  if (data.type === "open" && isBroken(data.model)) {
    const error = toWire(new AdainError("model_damaged", "broken on purpose"));
    return scope.postMessage({ type: "failed", error });
  }
  if (data.type === "open") return scope.postMessage({ type: "ready" });
  if (data.type === "abort") {
    if (deaf) return;
    return fail(data.id, new DOMException("The signal has been aborted", "AbortError"));
  }
  if ("model" in data.job) behave(data.id, data.job);
});

/** `broken` never opens, `file PATH` only while there is such a file. */
function isBroken(model: string): boolean {
  const path = /^file (.+)$/.exec(model)?.[1];
  return path === undefined ? model === "broken" : !exists(path);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function behave(
  id: number,
  { model: behaviour, source }: { readonly model: string; readonly source: Uint8Array },
): void {
  const number = /^answer (\d+)$/.exec(behaviour)?.[1];
  if (number !== undefined) return answer(id, Uint8Array.of(Number(number)));
  switch (behaviour) {
    case "image error":
      return fail(id, new ImageError("corrupt_image", "corrupt on purpose"));
    case "throw":
      return fail(id, new Error("thrown on purpose"));
    case "die":
      throw new Error("dies on purpose");
    case "deaf":
      deaf = true;
      // Whoever shares the source sees that it goes on.
      return void setInterval(() => Atomics.add(source, 0, 1), 1);
    case "who":
      return answer(id, name);
    case "spin a second":
      for (const start = performance.now(); performance.now() - start < 1000;);
      return answer(id, Uint8Array.of(0));
  }
}

function answer(id: number, body: Uint8Array<ArrayBuffer>): void {
  const result = { body, format: "png", width: 1, height: 1, times: {}, encoderRuns: 0 } as const;
  scope.postMessage({ type: "done", id, result });
}

function fail(id: number, error: unknown): void {
  scope.postMessage({ type: "error", id, error: toWire(error) });
}
