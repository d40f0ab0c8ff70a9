import assert from "node:assert/strict";
import { DEFAULT_MEMORY_BUDGET } from "../../../lib/adain/mod.ts";

const BENCH = new URL("../../bench/adain.ts", import.meta.url);
const MIB = 2 ** 20;

/** Peak resident MiB before and after painting a square, in a process of its own. */
async function measure(side: number, budget: number): Promise<{ before: number; peak: number }> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-run=cat", BENCH.pathname, "--budget", `${budget}`]
      .concat("--child", `${side}`),
    stderr: "inherit",
  }).output();
  assert(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("stylize() stays within its memory budget as the system measures it", async () => {
  const { before, peak } = await measure(2048, 96);
  // One run takes 475 MiB, the result 16. Beside live tensors there are the runtime's gaps between
  // those of tiles of several shapes, and planes that wait for the garbage collector.
  assert(peak - before < 96 + 16 + 160, `${before} to ${peak} MiB`);
});

Deno.test("stylize() paints 4096 x 4096 pixels within 700 MB", async () => {
  const { peak } = await measure(4096, DEFAULT_MEMORY_BUDGET / MIB);
  assert(peak * MIB < 700e6, `${peak} MiB`);
});
