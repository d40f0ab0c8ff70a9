import assert from "node:assert/strict";
import type { Description, Job, PaintJob, Picture } from "../../../lib/compute/mod.ts";
import { decode, DEFAULT_LIMITS, encode, encodeAnimation, probe } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";
import { GEOMETRY } from "./_compute.ts";
import { cut, job, source, withCompute } from "./_jobs.ts";

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
