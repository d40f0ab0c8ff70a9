import assert from "node:assert/strict";

const BENCH = new URL("../../bench/adain.ts", import.meta.url);

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
  const { before, peak } = await measure(896, 48);
  // One run takes 155 MiB. Measured 99 with the budget: it counts live tensors, and the runtime's heap
  // also has gaps between the tensors of tiles of several shapes.
  assert(peak - before < 48 + 72, `${before} to ${peak} MiB`);
});
