import { AdainError } from "./errors.ts";

/** Where the graphs run. `auto`: a real GPU if there is one, else WASM. */
export type Provider = (typeof PROVIDERS)[number];

const PROVIDERS = ["auto", "wasm", "webgpu"] as const;

/** What is known of a WebGPU adapter; each is a part of `GPUAdapter`. */
export interface AdapterFacts {
  /** Names, and whether the platform calls it a fallback. */
  readonly info: Pick<
    GPUAdapterInfo,
    "vendor" | "architecture" | "device" | "description" | "isFallbackAdapter"
  >;
  /** Limits in bytes. */
  readonly limits: Pick<GPUSupportedLimits, "maxStorageBufferBindingSize" | "maxBufferSize">;
}

/** A provider that was chosen, and the largest tensor that it can hold. */
export interface ChosenProvider {
  /** Where the graphs run. */
  readonly provider: "wasm" | "webgpu";
  /** Bytes of the largest tensor of a run. */
  readonly maxTensorBytes: number;
}

/** WASM fails near 1 GiB in one tensor: its 4 GiB also hold the other tensors and are fragmented. */
const WASM_TENSOR_BYTES = 2 ** 29;

/**
 * Decides where the graphs run. `auto` never takes a software adapter, which is slower than WASM;
 * `webgpu` takes any.
 *
 * @param wanted What the caller asked for.
 * @param adapter The platform's adapter, `null` if it has none.
 * @returns The provider and its largest tensor: on WebGPU a tensor is one storage buffer and is
 *   bound whole, so both limits count.
 * @throws {AdainError} `provider_unavailable` if WebGPU is asked for and there is no adapter.
 * @throws {TypeError} If there is no such provider.
 *
 * @example A software adapter is not worth it
 * ```ts
 * import { decideProvider } from "./provider.ts";
 * import assert from "node:assert/strict";
 *
 * const names = { vendor: "", architecture: "", device: "", description: "llvmpipe" };
 * const info = { ...names, isFallbackAdapter: false };
 * const limits = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 31 };
 * assert.equal(decideProvider("auto", { info, limits }).provider, "wasm");
 * assert.equal(decideProvider("webgpu", { info, limits }).maxTensorBytes, 2 ** 27);
 * ```
 */
export function decideProvider(wanted: Provider, adapter: AdapterFacts | null): ChosenProvider {
  if (!PROVIDERS.includes(wanted)) {
    throw new TypeError(`Cannot run on ${wanted}: it must be one of ${PROVIDERS.join(", ")}`);
  }
  if (wanted === "webgpu" && !adapter) {
    throw new AdainError("provider_unavailable", "Cannot use WebGPU: no adapter was found");
  }
  if (wanted === "wasm" || !adapter || (wanted === "auto" && isSoftware(adapter))) {
    return { provider: "wasm", maxTensorBytes: WASM_TENSOR_BYTES };
  }
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const maxTensorBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  return { provider: "webgpu", maxTensorBytes };
}

/** Software adapters do not always say that they are fallbacks. */
function isSoftware({ info }: AdapterFacts): boolean {
  const names = [info.vendor, info.architecture, info.device, info.description].join(" ");
  return info.isFallbackAdapter || /llvmpipe|lavapipe|swiftshader|software|\bcpu\b/i.test(names);
}

/**
 * Looks for an adapter where one may be used, and decides.
 *
 * @param wanted What the caller asked for.
 * @returns The provider and its largest tensor.
 * @throws {AdainError} As {@linkcode decideProvider}.
 */
export async function chooseProvider(wanted: Provider): Promise<ChosenProvider> {
  if (wanted === "wasm") return decideProvider(wanted, null);
  // WebGPU is absent where the platform was built without it.
  return decideProvider(wanted, await globalThis.navigator?.gpu?.requestAdapter() ?? null);
}
