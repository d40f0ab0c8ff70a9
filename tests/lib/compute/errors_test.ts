import assert from "node:assert/strict";
import { AdainError } from "../../../lib/adain/mod.ts";
import { fromWire, toWire } from "../../../lib/compute/errors.ts";
import { ComputeError } from "../../../lib/compute/mod.ts";
import { ImageError } from "../../../lib/image/mod.ts";

Deno.test.each([
  new ImageError("corrupt_image", "damaged"),
  new AdainError("invalid_target", "no style"),
  new ComputeError("unknown_model", "not installed"),
])("fromWire() gives the error that toWire() took: %s", (error) => {
  const other = fromWire(structuredClone(toWire(error)));
  assert(other instanceof error.constructor);
  assert.deepEqual([other.message, other.cause], [error.message, undefined]);
  assert("code" in other && other.code === error.code);
});

Deno.test("toWire() tells a job that was stopped from one that failed", () => {
  assert.equal(toWire(new DOMException("gone", "AbortError")).code, "aborted");
  for (const error of [new DOMException("slow", "TimeoutError"), new Error("gone"), "gone"]) {
    assert.deepEqual([toWire(error).library, toWire(error).code], ["compute", "worker_failed"]);
  }
});

Deno.test("toWire() makes one text of all causes", () => {
  const cause = new Error("no memory", { cause: new RangeError("too long") });
  const error = fromWire(toWire(new ComputeError("worker_failed", "lost", { cause })));
  assert(error.cause instanceof Error);
  assert.equal(error.cause.message, "no memory (too long)");
});
