import assert from "node:assert/strict";
import type { FramesOptions, Stylizer, Target } from "../../../lib/adain/mod.ts";
import { animate } from "../../../lib/compute/animate.ts";
import { ContentCache } from "../../../lib/compute/content_cache.ts";
import { StageClock } from "../../../lib/compute/stage_clock.ts";
import type {
  Description,
  InProcessCompute,
  Job,
  JobTarget,
  PaintJob,
  Picture,
} from "../../../lib/compute/mod.ts";
import {
  decode,
  decodeFrames,
  DEFAULT_LIMITS,
  encode,
  encodeAnimation,
  type Pixels,
  probe,
} from "../../../lib/image/mod.ts";
import { drawPicture, meanDifference } from "../../support/pictures.ts";
import { GEOMETRY, startCompute } from "./_compute.ts";

const source = await encode(drawPicture(96, 64, 1), { format: "png" });
const sources = [2, 3].map((seed) => encode(drawPicture(64, 64, seed), { format: "png" }));
const [first, second] = await Promise.all(sources);

const job = (change: Partial<PaintJob>): PaintJob => ({
  kind: "paint",
  source,
  limits: DEFAULT_LIMITS,
  model: "fast",
  output: { format: "png" },
  geometry: GEOMETRY,
  ...change,
});

async function withCompute(
  task: (compute: InProcessCompute, targets: readonly [JobTarget, JobTarget]) => Promise<void>,
): Promise<void> {
  const compute = await startCompute();
  const targetOf = async (style = source): Promise<JobTarget> => {
    const analysis = {
      kind: "analyze",
      source: style,
      limits: DEFAULT_LIMITS,
      model: "fast",
    } as const;
    const { statistics } = await compute.run(analysis);
    return { styles: [{ statistics, weight: 1 }], alpha: 1, colour: "style" };
  };
  try {
    await task(compute, [await targetOf(first), await targetOf(second)]);
  } finally {
    await compute.close();
  }
}

function cut(pixels: Pixels, x: number, width: number): Pixels {
  const data = new Uint8ClampedArray(4 * width * pixels.height);
  for (let y = 0; y < pixels.height; y++) {
    const at = 4 * (y * pixels.width + x);
    data.set(pixels.data.subarray(at, at + 4 * width), 4 * y * width);
  }
  return { width, height: pixels.height, data };
}

Deno.test("another style of a content that is kept skips its decoder and encoder", async () => {
  await withCompute(async (compute, [a, b]) => {
    const alone = await compute.run(job({ target: b }));
    const one = await compute.run(job({ target: a, contentKey: "cat" }));
    const two = await compute.run(job({ target: b, contentKey: "cat" }));
    assert.deepEqual([one.encoderRuns, two.encoderRuns], [1, 0]);
    assert.deepEqual(Object.keys(two.times), ["adain", "output"]);
    assert.deepEqual(two.body, alone.body);
    const other = await compute.run(job({ target: b, contentKey: "dog" }));
    assert.equal(other.encoderRuns, 1);
  });
});

Deno.test("a sheet holds what each style gives alone, from one encoder run", async () => {
  await withCompute(async (compute, [a, b]) => {
    const { kind: _, ...rest } = job({});
    const sheet = await compute.run({ ...rest, kind: "sheet", targets: [a, b, a], columns: 2 });
    assert.deepEqual([sheet.width, sheet.height, sheet.encoderRuns], [192, 128, 1]);
    const pixels = await decode(sheet.body);
    const alone = await decode((await compute.run(job({ target: b }))).body);
    const cell = cut(pixels, 96, 96);
    assert.deepEqual(cell.data.subarray(0, alone.data.length), alone.data);
    assert.equal(pixels.data.at(-1), 0, "the last cell is empty");
  });
});

Deno.test("masks give each style its side of the picture", async () => {
  await withCompute(async (compute, [a, b]) => {
    const half = { width: 96, height: 64, data: new Uint8ClampedArray(4 * 96 * 64) };
    for (let i = 0; i < half.data.length; i += 4) {
      half.data.fill(i / 4 % 96 < 48 ? 255 : 0, i, i + 3);
      half.data[i + 3] = 255;
    }
    const mask = await encode(half, { format: "png" });
    const styles = [...a.styles, ...b.styles];
    const paint = async (target: JobTarget): Promise<Pixels> =>
      await decode((await compute.run(job({ target }))).body);
    const both = await paint({ ...a, styles, masks: [mask] });
    const swapped = await paint({ ...a, styles: styles.toReversed(), masks: [mask] });
    assert(meanDifference(cut(both, 0, 48), cut(swapped, 0, 48)) > 4);
    const whole = await encode({ ...half, data: half.data.map(() => 255) }, { format: "png" });
    const onlyA = await paint({ ...a, styles, masks: [whole] });
    assert(meanDifference(onlyA, await paint(a)) < 1);
  });
});

Deno.test.each<[string, PaintJob["geometry"]["gravity"], boolean]>([
  ["at a focal point", { x: 1, y: 0.5 }, false],
  ["by attention", "attention", false],
  ["at a focal point in an animation", { x: 1, y: 0.5 }, true],
  ["by attention in an animation", "attention", true],
])("a mask is cut with its content: %s", async (_, gravity, animated) => {
  // There is something to see in the right half only, and the mask covers that half.
  const busy = drawPicture(96, 64, 1);
  const half = drawPicture(96, 64, 1);
  for (let i = 0; i < busy.data.length; i += 4) {
    if (i / 4 % 96 < 48) busy.data.fill(100, i, i + 3);
    half.data.fill(i / 4 % 96 < 48 ? 0 : 255, i, i + 3);
  }
  const frame = { pixels: busy, delay: 100 };
  const film = await encodeAnimation({ frames: [frame, frame], plays: 0 }, { format: "webp" });
  const content = animated ? film : await encode(busy, { format: "png" });
  const mask = await encode(half, { format: "png" });
  const geometry = { ...GEOMETRY, width: 48, height: 64, fit: "cover", gravity } as const;
  const output = { format: animated ? "webp" : "png", animated } as const;
  await withCompute(async (compute, [a, b]) => {
    const paint = async (target: JobTarget): Promise<Pixels> => {
      const { body } = await compute.run(job({ source: content, target, geometry, output }));
      return await decode(body);
    };
    const styles = [...a.styles, ...b.styles];
    const masked = await paint({ ...a, styles, masks: [mask] });
    const fromA = meanDifference(masked, await paint(a));
    const fromB = meanDifference(masked, await paint(b));
    assert(fromA < fromB / 4, `${fromA} from its style, ${fromB} from the other`);
  });
});

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

Deno.test("transparent parts stay, or take the background", async () => {
  const clear = drawPicture(32, 32, 7);
  for (let i = 3; i < clear.data.length / 2; i += 4) clear.data[i] = 0;
  const png = await encode(clear, { format: "png" });
  await withCompute(async (compute, [target]) => {
    const alphas = async (output: PaintJob["output"]): Promise<[string, number, number]> => {
      const { body, format } = await compute.run(job({ source: png, target, output }));
      const { data } = await decode(body);
      return [format, data[3] ?? -1, data.at(-1) ?? -1];
    };
    assert.deepEqual(await alphas({ format: "auto" }), ["png", 0, 255]);
    assert.deepEqual(await alphas({ format: "auto-webp" }), ["webp", 0, 255]);
    assert.deepEqual(await alphas({ format: "auto", background: [0, 0, 0] }), ["jpeg", 255, 255]);
  });
});

Deno.test("auto-avif writes AVIF where it is quick, else WebP", async () => {
  await withCompute(async (compute) => {
    const formatOf = async (width: number): Promise<Picture["format"]> => {
      const large = { ...GEOMETRY, width, height: width, fit: "fill" as const, enlarge: true };
      const output = { format: "auto-avif" } as const;
      return (await compute.run(job({ output, geometry: large }))).format;
    };
    assert.deepEqual([await formatOf(64), await formatOf(400)], ["avif", "webp"]);
  });
});

Deno.test("a job names its source where that is found damaged while it is decoded", async () => {
  const frame = { pixels: drawPicture(32, 32, 1), delay: 100 };
  const film = await encodeAnimation({ frames: [frame, frame], plays: 0 }, { format: "gif" });
  const still = { source: source.slice(0, -200), limits: DEFAULT_LIMITS, name: "url" };
  const animated = { ...still, source: film.slice(0, -200) };
  await withCompute(async (compute, [target]) => {
    const jobs: Job[] = [
      job(still),
      job({ ...still, target }),
      job({ ...animated, target, output: { format: "gif", animated: true } }),
      { ...job(still), kind: "sheet", targets: [target], columns: 1 },
      { ...still, kind: "describe" },
    ];
    const refused = { code: "corrupt_image", message: /^url: / };
    for (const one of jobs) await assert.rejects(compute.run(one), refused, one.kind);
  });
});

Deno.test("a description does not depend on hidden colours; its BlurHash is on white", async () => {
  await withCompute(async (compute) => {
    const describe = async (hidden: number[]): Promise<Description> => {
      const picture = { width: 60, height: 40, data: new Uint8ClampedArray(4 * 60 * 40) };
      for (let i = 0; i < 60 * 40; i++) {
        picture.data.set(i % 60 < 30 ? [200, 30, 40, 255] : hidden, 4 * i);
      }
      const bytes = await encode(picture, { format: "png" });
      return await compute.run({ kind: "describe", source: bytes, limits: DEFAULT_LIMITS });
    };
    const white = await describe([255, 255, 255, 0]);
    assert.deepEqual(await describe([255, 0, 255, 0]), white);
    const opaque = await describe([255, 255, 255, 255]);
    assert.equal(white.blurhash, opaque.blurhash);
  });
});

Deno.test("a description names the colours and fits its picture", async () => {
  const flag = { width: 90, height: 30, data: new Uint8ClampedArray(4 * 90 * 30) };
  const bands = [[200, 30, 40], [250, 250, 250], [20, 40, 160]];
  for (let i = 0; i < 90 * 30; i++) {
    flag.data.set([...bands[Math.floor(i % 90 / 30)] ?? [], 255], 4 * i);
  }
  await withCompute(async (compute) => {
    const bytes = await encode(flag, { format: "png" });
    const description = await compute.run({
      kind: "describe",
      source: bytes,
      limits: DEFAULT_LIMITS,
    });
    const { blurhash, colours, placeholder, thumbhash } = description;
    assert.equal(colours.length, 3);
    assert.deepEqual(
      new Set(colours.map(({ hex }) => hex)),
      new Set(["#c81e28", "#fafafa", "#1428a0"]),
    );
    for (const { share } of colours) assert(Math.abs(share - 1 / 3) < 0.05, String(share));
    assert.match(blurhash, /^\S{28}$/);
    assert((Uint8Array.fromBase64(thumbhash)).length < 30);
    const tiny = Uint8Array.fromBase64(placeholder.replace(/^data:image\/webp;base64,/, ""));
    assert.deepEqual([probe(tiny).width, probe(tiny).height], [20, 7]);
  });
});
