import assert from "node:assert/strict";
import type { InProcessCompute, PaintJob } from "../../../lib/compute/mod.ts";
import { decode, DEFAULT_LIMITS, encode, probe } from "../../../lib/image/mod.ts";
import { drawPicture, meanDifference } from "../../support/pictures.ts";
import { GEOMETRY, startCompute } from "./_compute.ts";

const source = await encode(drawPicture(301, 201, 1), { format: "png" });

type Change = Partial<Omit<PaintJob, "geometry">> & { geometry?: Partial<PaintJob["geometry"]> };

const job = ({ geometry, ...change }: Change = {}): PaintJob => ({
  kind: "paint",
  source,
  limits: DEFAULT_LIMITS,
  model: "fast",
  output: { format: "png" },
  ...change,
  geometry: {
    ...GEOMETRY,
    ...geometry,
  },
});

async function withCompute(task: (compute: InProcessCompute) => Promise<void>): Promise<void> {
  const it = await startCompute();
  try {
    await task(it);
  } finally {
    await it.close();
  }
}

Deno.test("a style, then a picture: one encoder run each, exact odd size", async () => {
  await withCompute(async (it) => {
    const analysis = await it.run({ ...job(), kind: "analyze" });
    assert.deepEqual([analysis.width, analysis.height], [301, 201]);
    const target = {
      styles: [{ statistics: analysis.statistics, weight: 1 }],
      alpha: 1,
      colour: "style" as const,
    };
    const geometry = { width: 123, height: 77, fit: "fill" as const, enlarge: true };
    const picture = await it.run(job({ target, geometry }));
    assert.equal(picture.encoderRuns, 1);
    assert.deepEqual([picture.width, picture.height], [123, 77]);
    const { format, width, height } = probe(picture.body);
    assert.deepEqual([format, width, height], ["png", 123, 77]);
    assert.deepEqual(Object.keys(picture.times), ["decode", "resize", "encode", "adain", "output"]);
  });
});

Deno.test("a plain thumbnail runs no model and keeps the picture", async () => {
  await withCompute(async (it) => {
    const picture = await it.run(job());
    assert.equal(picture.encoderRuns, 0);
    assert.deepEqual(await decode(picture.body), await decode(source));
  });
});

Deno.test.each(
  [
    ["inside", { width: 100, height: 100 }, [100, 67]],
    ["outside", { width: 100, height: 100, enlarge: true }, [150, 100]],
    ["cover", { width: 100, height: 100, enlarge: true }, [100, 100]],
    ["contain", { width: 100, height: 120, enlarge: true }, [100, 120]],
    ["fill", { width: 37, height: 91, enlarge: true }, [37, 91]],
    ["inside", { width: 5000 }, [301, 201]],
    ["inside", { width: 99, dpr: 2 }, [198, 132]],
    ["inside", { maxSide: 64 }, [64, 43]],
  ] as const,
)("fit=%s with %j gives %j", async (fit, geometry, size) => {
  await withCompute(async (it) => {
    const { width, height, body } = await it.run(job({ geometry: { ...geometry, fit } }));
    assert.deepEqual([width, height], size);
    const info = probe(body);
    assert.deepEqual([info.width, info.height], size);
  });
});

Deno.test("a JPEG that is reduced while it is decoded gives the picture that a PNG of it gives", async () => {
  await withCompute(async (it) => {
    const jpeg = await encode(drawPicture(803, 602, 6), { format: "jpeg", quality: 95 });
    const png = await encode(await decode(jpeg), { format: "png" });
    const geometry = { width: 150, height: 90, fit: "cover" as const, gravity: { x: 0.8, y: 0.1 } };
    const [reduced, whole] = await Promise.all(
      [jpeg, png].map(async (source) =>
        await decode((await it.run(job({ source, geometry }))).body)
      ),
    );
    assert(reduced && whole);
    assert.deepEqual([reduced.width, reduced.height], [150, 90]);
    assert(meanDifference(reduced, whole) < 3, String(meanDifference(reduced, whole)));
  });
});

Deno.test("gravity attention keeps what is to see, of stills and of animations", async () => {
  const wide = { width: 400, height: 100, data: new Uint8ClampedArray(160_000).fill(255) };
  const thing = drawPicture(60, 100, 7);
  for (let y = 0; y < 100; y++) {
    wide.data.set(thing.data.subarray(240 * y, 240 * y + 240), 4 * (400 * y + 330));
  }
  const geometry = {
    width: 100,
    height: 100,
    fit: "cover" as const,
    gravity: "attention" as const,
  };
  await withCompute(async (it) => {
    for (const animated of [false, true]) {
      const source = await encode(wide, { format: animated ? "gif" : "png" });
      const output = { format: animated ? "gif" as const : "png" as const, animated };
      const { data } = await decode((await it.run(job({ source, geometry, output }))).body);
      const dark = data.filter((value, i) => i % 4 === 1 && value < 250).length;
      assert(dark > 5500, `${dark} of 6000`);
    }
  });
});

Deno.test("format auto is JPEG, or PNG where the picture is transparent", async () => {
  await withCompute(async (it) => {
    const output = { format: "auto" as const };
    assert.equal((await it.run(job({ output }))).format, "jpeg");
    const clear = drawPicture(20, 20, 2);
    clear.data.fill(0, 0, 400);
    const transparent = await encode(clear, { format: "png" });
    const picture = await it.run(job({ output, source: transparent }));
    assert.equal(picture.format, "png");
    assert.equal((await decode(picture.body)).data[3], 0);
  });
});

Deno.test.each(
  [
    ["a model that is not installed", {
      model: "huge",
      target: { styles: [], alpha: 1, colour: "style" },
    }, "unknown_model"],
    ["a source that is cut", { source: source.slice(0, 900) }, "corrupt_image"],
    ["a source that is no picture", { source: new Uint8Array(50) }, "not_an_image"],
    [
      "a source that is too large",
      { limits: { maxPixels: 1000, maxSide: 12_000 } },
      "image_too_large",
    ],
  ] as const,
)("%s is refused, and the next job works", async (_, change, code) => {
  await withCompute(async (it) => {
    await assert.rejects(it.run(job(change)), { code });
    assert.equal((await it.run(job())).width, 301);
  });
});
