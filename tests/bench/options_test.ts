import assert from "node:assert/strict";
import { runTask } from "../lib/commands/_terminal.ts";

Deno.test("a benchmark tells its options with --help, and where one is wrong", async () => {
  const usage = "deno task bench:models [--models fast,vgg19] [--sizes 256,512] [--rounds 5]\n";
  assert.deepEqual(await runTask("bench:models", ["--help"]), {
    code: 0,
    stdout: usage,
    stderr: "",
  });
  const { code, stdout, stderr } = await runTask("bench:models", ["--size", "256"]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^error: [^\n]*--size[^\n]*\n/);
  assert(stderr.endsWith(usage));
});
