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
  // One run would need 135 MiB. Beside the budget there are the result (3 MiB) and garbage: planes
  // and features of tiles that were used and not yet collected.
  assert(peak - before < 48 + 40, `${before} to ${peak} MiB`);
});
