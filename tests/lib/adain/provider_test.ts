import assert from "node:assert/strict";
import { type AdapterFacts, decideProvider } from "../../../lib/adain/provider.ts";

function adapter(description: string, isFallbackAdapter = false, binding = 2 ** 27): AdapterFacts {
  return {
    info: { vendor: "0", architecture: "", device: "0", description, isFallbackAdapter },
    limits: { maxStorageBufferBindingSize: binding, maxBufferSize: 2 ** 28 },
  };
}

Deno.test.each(
  [
    ["auto", null, "wasm"],
    ["auto", adapter("Apple M2"), "webgpu"],
    ["auto", adapter("NVIDIA GeForce RTX 4060"), "webgpu"],
    ["auto", adapter("llvmpipe (LLVM 15.0.6, 256 bits)"), "wasm"],
    ["auto", adapter("SwiftShader Device (Subzero)"), "wasm"],
    ["auto", adapter("Microsoft Basic Render Driver", true), "wasm"],
    ["wasm", adapter("Apple M2"), "wasm"],
    ["webgpu", adapter("llvmpipe", true), "webgpu"],
  ] as const,
)("decideProvider() makes of %s and %o %s", (wanted, facts, provider) => {
  assert.equal(decideProvider(wanted, facts).provider, provider);
});

Deno.test("decideProvider() refuses webgpu without an adapter", () => {
  assert.throws(() => decideProvider("webgpu", null), { code: "provider_unavailable" });
});

Deno.test("decideProvider() takes the smaller of the adapter's limits", () => {
  const bytes = (binding: number): number =>
    decideProvider("webgpu", adapter("GPU", false, binding)).maxTensorBytes;
  assert.equal(bytes(2 ** 27), 2 ** 27);
  assert.equal(bytes(2 ** 30), 2 ** 28);
});
