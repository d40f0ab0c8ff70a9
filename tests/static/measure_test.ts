import assert from "node:assert/strict";
import { runTask } from "../lib/commands/_terminal.ts";

Deno.test("styles:measure --help says how it is used", async () => {
  const { code, stdout, stderr } = await runTask("styles:measure", ["--help"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^Usage: deno task styles:measure model/);
});

Deno.test.each<[string[], RegExp]>([
  [[], /Usage: deno task styles:measure model/],
  [["fast", "--paintings", ""], /Usage: deno task styles:measure model/],
  [["nope"], /models\/nope\/model\.json is not there/],
  [["fast", "--paintings", "nope.csv"], /No such file .*nope\.csv/],
])("styles:measure %s says what is wrong, before anything is measured", async (args, text) => {
  const { code, stdout, stderr } = await runTask("styles:measure", args);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^error: [^\n]+\n$/);
  assert.match(stderr, text);
});
