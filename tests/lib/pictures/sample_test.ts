import assert from "node:assert/strict";
import { Sample } from "../../../lib/pictures/sample.ts";

Deno.test("get() reads the sample once, and again after a read that failed", async () => {
  const folder = await Deno.makeTempDir();
  const file = new URL(`file://${folder}/sample.jpg`);
  const sample = new Sample(file);
  await assert.rejects(sample.get(), Deno.errors.NotFound);
  await Deno.writeFile(file, Uint8Array.of(1, 2, 3));
  const stored = await sample.get();
  assert.deepEqual(stored.bytes, Uint8Array.of(1, 2, 3));
  await Deno.remove(folder, { recursive: true });
  assert.equal(await sample.get(), stored);
});
