import assert from "node:assert/strict";
import type { RgbaImage, Stylizer } from "../../../lib/adain/mod.ts";
import { ContentCache } from "../../../lib/compute/content_cache.ts";
import type { PaintJob } from "../../../lib/compute/mod.ts";
import { type Tools, withContent } from "../../../lib/compute/prepare.ts";
import { StageClock } from "../../../lib/compute/stage_clock.ts";
import { DEFAULT_LIMITS, encode } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";
import { GEOMETRY } from "./_compute.ts";

const job: PaintJob = {
  kind: "paint",
  source: await encode(drawPicture(8, 8, 1), { format: "png" }),
  limits: DEFAULT_LIMITS,
  model: "fake",
  output: { format: "png" },
  geometry: GEOMETRY,
};

/** Tools that write down what is encoded and disposed. */
function toolsFor(log: string[]): Tools {
  const numbers = new Float32Array(1);
  const stylizer = {
    encode: (image: RgbaImage) => {
      log.push("encode");
      return Promise.resolve({
        image,
        statistics: { mean: numbers, std: numbers },
        grid: { width: 1, height: 1 },
        tiles: [],
        bytes: 4,
        dispose: () => void log.push("dispose"),
      });
    },
  } as unknown as Stylizer;
  const clock = new StageClock(new AbortController().signal);
  return { stylizer, clock, contents: new ContentCache() };
}

Deno.test("withContent() disposes a content without a key after its use, also a failed one", async () => {
  const log: string[] = [];
  const tools = toolsFor(log);
  await withContent(job, tools, () => Promise.resolve(log.push("use")));
  assert.deepEqual(log.splice(0), ["encode", "use", "dispose"]);
  const failing = withContent(job, tools, () => Promise.reject(new Error("on purpose")));
  await assert.rejects(failing, /on purpose/);
  assert.deepEqual(log, ["encode", "dispose"]);
});

Deno.test("withContent() keeps a content with a key for its next use", async () => {
  const log: string[] = [];
  const tools = toolsFor(log);
  const named = { ...job, contentKey: "cat" };
  for (const use of ["first", "second"]) {
    await withContent(named, tools, () => Promise.resolve(log.push(use)));
  }
  assert.deepEqual(log, ["encode", "first", "second"]);
  tools.contents.clear();
  assert.equal(log.at(-1), "dispose");
});
