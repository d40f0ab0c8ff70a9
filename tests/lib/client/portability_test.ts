import assert from "node:assert/strict";
import { stripTypeScriptTypes } from "node:module";

const FOLDER = new URL("../../../lib/client/", import.meta.url);

for (const { name } of Deno.readDirSync(FOLDER)) {
  Deno.test(`lib/client/${name} runs in browsers after its types are stripped`, async () => {
    const source = await Deno.readTextFile(new URL(name, FOLDER));
    const code = source.replace(/\/\*\*[\s\S]*?\*\//g, "");
    for (const [, from = ""] of code.matchAll(/\bfrom "([^"]+)"/g)) {
      assert.match(from, /^\.\/[a-z_]+\.ts$/);
    }
    assert.doesNotMatch(code, /\b(?:Deno|process|Buffer|require)\b|\bnode:/);
    assert.doesNotThrow(() => stripTypeScriptTypes(source));
  });
}
