import assert from "node:assert/strict";
import type { FramesOptions, Stylizer, Target } from "../../../lib/adain/mod.ts";
import { animate } from "../../../lib/compute/animate.ts";
import { ContentCache } from "../../../lib/compute/content_cache.ts";
import { StageClock } from "../../../lib/compute/stage_clock.ts";
import type { PaintJob, Picture } from "../../../lib/compute/mod.ts";
import {
  decodeFrames,
  DEFAULT_LIMITS,
  encodeAnimation,
  type Pixels,
  probe,
} from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";
import { GEOMETRY } from "./_compute.ts";
import { job, withCompute } from "./_jobs.ts";

Deno.test("an animation stays one: frames, delays, size; its still is its first frame", async () => {
  const frames = [4, 5, 6].map((seed, i) => ({
    pixels: drawPicture(48, 40, seed),
    delay: 100 + 50 * i,
  }));
  const film = await encodeAnimation({ frames, plays: 2 }, { format: "gif" });
  await withCompute(async (compute, [a]) => {
    for (const format of ["gif", "webp"] as const) {
      for (const target of [a, undefined]) {
        const output = { format, animated: true };
        const wanted = job({ source: film, output, geometry: { ...GEOMETRY, width: 24 } });
        const moving = await compute.run(target ? { ...wanted, target } : wanted);
        assert.equal(moving.encoderRuns, target ? 3 : 0);
        const read = await decodeFrames(moving.body);
        assert.deepEqual(read.frames.map(({ delay }) => delay), [100, 150, 200]);
        assert.deepEqual([read.plays, read.frames[0]?.pixels.width], [2, 24]);
      }
    }
    const still = await compute.run(job({ source: film, target: a, output: { format: "webp" } }));
    assert.equal(probe(still.body).frames, 1);
  });
});

Deno.test("an animation stops between its frames", async () => {
  const frames = [1, 2, 3].map((seed) => ({ pixels: drawPicture(8, 8, seed), delay: 100 }));
  const film = await encodeAnimation({ frames, plays: 1 }, { format: "gif" });
  const gone = new AbortController();
  let painted = 0;
  const stylizer = {
    encoderRuns: 0,
    async *stylizeFrames(contents: Iterable<Pixels>, _: Target, options: FramesOptions) {
      for await (const content of contents) {
        painted++;
        gone.abort();
        options.signal?.throwIfAborted();
        yield content;
      }
    },
  } as unknown as Stylizer;
  const tools = { stylizer, clock: new StageClock(gone.signal), contents: new ContentCache() };
  const target = { styles: [], alpha: 1, colour: "style" } as const;
  const wanted = job({ source: film, output: { format: "gif", animated: true } });
  await assert.rejects(animate(wanted, target, tools), { name: "AbortError" });
  assert.equal(painted, 1);
});

Deno.test("an animation is refused where its result would have too many pixels in sum", async () => {
  const frame = { pixels: drawPicture(2, 2, 1), delay: 100 };
  const film = await encodeAnimation({ frames: [frame, frame], plays: 1 }, { format: "gif" });
  const large = { ...GEOMETRY, width: 50, height: 40, fit: "fill", enlarge: true } as const;
  const output = { format: "gif", animated: true } as const;
  await withCompute(async (compute, [target]) => {
    const paint = (maxTotalPixels: number, more: Partial<PaintJob> = {}): Promise<Picture> => {
      const limits = { ...DEFAULT_LIMITS, maxTotalPixels };
      return compute.run(job({ source: film, geometry: large, output, limits, ...more }));
    };
    assert.equal((await paint(2 * 50 * 40)).width, 50);
    for (const more of [{}, { target }]) {
      await assert.rejects(paint(2 * 50 * 40 - 1, more), {
        code: "image_too_large",
        message: /2 frames of 50 x 40 pixels: up to 3999 pixels in sum/,
      });
    }
    assert.equal((await paint(2 * 50 * 40 - 1, { output: { format: "gif" } })).width, 50);
  });
});

Deno.test("a source of one frame stays a still of the wanted format when all frames are asked", async () => {
  await withCompute(async (compute, [a]) => {
    for (const format of ["auto", "auto-webp", "gif"] as const) {
      const [all, first] = await Promise.all(
        [true, false].map((animated) =>
          compute.run(job({ target: a, output: { format, animated } }))
        ),
      );
      assert.deepEqual(all?.body, first?.body);
      assert.equal(all?.format, first?.format);
    }
  });
});
