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

Deno.test.each<[string, string[], RegExp]>([
  ["bench:models", ["--models", "nope"], /^error: There is no model "nope" in models\//],
  ["bench:adain", ["--model", "../fast"], /^error: There is no model "\.\.\/fast"/],
  ["bench:adain", ["--parts", "nope"], /^error: .*--parts nope: .* sizes,many,agreement\n/],
  ["bench:adain", ["--sizes", "256,big"], /^error: .*--sizes 256,big: .*whole numbers from 1\n/],
  ["bench:hits", ["--starts", "0"], /^error: .*--starts 0: .*a whole number from 1\n/],
  ["bench:stages", ["--rounds", "1,2"], /^error: .*--rounds 1,2: .*a whole number from 1\n/],
])("%s %s says what is wrong", async (task, args, text) => {
  const { code, stdout, stderr } = await runTask(task, args);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, text);
});
