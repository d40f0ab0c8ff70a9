import assert from "node:assert/strict";
import { drawPicture, largestDifference, meanDifference } from "../../support/pictures.ts";
import { withStylizer } from "./_stylizer.ts";

Deno.test("stylize() gives exactly the content's size, whatever it is", async () => {
  await withStylizer(async (stylizer, statistics) => {
    for (const [width, height] of [[16, 16], [1, 1], [1, 2000], [37, 1], [101, 67]] as const) {
      const picture = await stylizer.stylize(drawPicture(width, height, 1), {
        styles: [{ statistics }],
      });
      assert.deepEqual([picture.width, picture.height], [width, height]);
      assert.equal(picture.data.length, 4 * width * height);
    }
  });
});

Deno.test("stylize() paints: alpha 1 is far from the content, alpha 0 near, between in between", async () => {
  await withStylizer(async (stylizer) => {
    const content = drawPicture(128, 96, 2);
    const dark = drawPicture(128, 128, 99);
    dark.data.forEach((value, index) => dark.data[index] = index % 4 === 3 ? 255 : value / 4);
    const statistics = await stylizer.analyze(dark);
    const at = async (alpha: number): Promise<number> =>
      meanDifference(content, await stylizer.stylize(content, { styles: [{ statistics }], alpha }));
    const [none, half, full] = [await at(0), await at(0.5), await at(1)];
    assert(none < half && half < full && full > 2 * none, `${none} ${half} ${full}`);
  });
});

Deno.test("stylize() in tiles equals stylize() in one run", async () => {
  const content = drawPicture(600, 424, 3);
  await withStylizer(async (whole, statistics) => {
    await withStylizer(async (tiled) => {
      const target = { styles: [{ statistics }] };
      const a = await whole.stylize(content, target);
      const b = await tiled.stylize(content, target);
      assert(largestDifference(a, b) <= 1);
      assert(meanDifference(a, b) < 0.01);
    }, { maxRunPixels: 256 * 256 });
  });
});

Deno.test("stylize() in tiles with masks equals one run", async () => {
  const content = drawPicture(400, 320, 4);
  const mask = { width: 8, height: 1, data: Float32Array.of(0, 0, 0, 0.2, 0.8, 1, 1, 1) };
  await withStylizer(async (whole, statistics) => {
    const other = await whole.analyze(drawPicture(96, 96, 5));
    const target = { styles: [{ statistics }, { statistics: other }], masks: [mask] };
    await withStylizer(async (tiled) => {
      const a = await whole.stylize(content, target);
      assert(largestDifference(a, await tiled.stylize(content, target)) <= 1);
    }, { maxRunPixels: 256 * 256 });
  });
});

Deno.test("stylize() with a mask of ones paints as without", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const content = drawPicture(96, 80, 8);
    const masks = [{ width: 1, height: 1, data: Float32Array.of(1) }];
    const other = await stylizer.analyze(drawPicture(96, 96, 5));
    const [plain, masked] = await stylizer.stylizeMany(content, [
      { styles: [{ statistics }] },
      { styles: [{ statistics }, { statistics: other }], masks },
    ]);
    assert(plain && masked);
    assert(largestDifference(plain, masked) <= 1);
  });
});

Deno.test("analyze() gives what the model changes in the decoder, and stylize() needs it", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const { mean, std, modulation } = statistics;
    assert.equal(modulation?.length, stylizer.manifest.modulation);
    const other = await stylizer.analyze(drawPicture(96, 96, 5));
    assert(modulation.some((value, i) => Math.abs(value - (other.modulation?.[i] ?? NaN)) > 1e-3));
    const content = drawPicture(64, 48, 9);
    const without = { mean, std, modulation: new Float32Array(modulation.length) };
    const [whole, plain] = await stylizer.stylizeMany(content, [
      { styles: [{ statistics }] },
      { styles: [{ statistics: without }] },
    ]);
    assert(whole && plain);
    assert(meanDifference(whole, plain) > 0.5);
    await assert.rejects(stylizer.stylize(content, { styles: [{ statistics: { mean, std } }] }), {
      code: "invalid_statistics",
    });
  });
});

Deno.test("stylize() with a mask paints each side in its style", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const content = drawPicture(256, 128, 6);
    const other = await stylizer.analyze(drawPicture(96, 96, 7));
    const mask = { width: 2, height: 1, data: Float32Array.of(1, 0) };
    const mixed = await stylizer.stylize(content, {
      styles: [{ statistics }, { statistics: other }],
      masks: [mask],
    });
    const [left, right] = await stylizer.stylizeMany(content, [
      { styles: [{ statistics }] },
      { styles: [{ statistics: other }] },
    ]);
    assert(left && right);
    const column = (image: { data: Uint8ClampedArray }, x: number): number =>
      Array.from({ length: 128 }, (_, y) => image.data[4 * (y * 256 + x)] ?? 0)
        .reduce((sum, value) => sum + value, 0) / 128;
    const nearer = (x: number): boolean =>
      Math.abs(column(mixed, x) - column(left, x)) < Math.abs(column(mixed, x) - column(right, x));
    assert(nearer(20));
    assert(!nearer(235));
  });
});

Deno.test("stylize() keeps the content's alpha channel", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const content = drawPicture(40, 40, 8);
    content.data.forEach((_, i) => {
      if (i % 4 === 3) content.data[i] = i % 256;
    });
    const picture = await stylizer.stylize(content, { styles: [{ statistics }] });
    for (let i = 3; i < content.data.length; i += 4) {
      assert.equal(picture.data[i], content.data[i]);
    }
  });
});

Deno.test("stylize() with the content's colours keeps grey grey", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const content = drawPicture(64, 64, 9);
    content.data.forEach((_, i) => {
      if (i % 4 === 1 || i % 4 === 2) content.data[i] = content.data[i - (i % 4)] ?? 0;
    });
    const picture = await stylizer.stylize(content, {
      styles: [{ statistics }],
      colour: "content",
    });
    for (let i = 0; i < picture.data.length; i += 4) {
      assert(Math.abs((picture.data[i] ?? 0) - (picture.data[i + 1] ?? 0)) <= 1);
      assert(Math.abs((picture.data[i] ?? 0) - (picture.data[i + 2] ?? 0)) <= 1);
    }
    assert(meanDifference(content, picture) > 2);
  });
});

Deno.test("stylize() takes grey and flat pictures as contents and as styles", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const grey = drawPicture(33, 47, 20);
    for (let i = 0; i < grey.data.length; i += 4) grey.data.fill(grey.data[i] ?? 0, i, i + 3);
    const flat = { width: 24, height: 17, data: new Uint8ClampedArray(4 * 24 * 17).fill(128) };
    for (const content of [grey, flat]) {
      const styles = [{ statistics }, { statistics: await stylizer.analyze(content) }];
      const picture = await stylizer.stylize(content, { styles });
      assert.deepEqual([picture.width, picture.height], [content.width, content.height]);
      assert(meanDifference(picture, content) > 1);
    }
  });
});

Deno.test("stylizeMany() encodes once", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const before = stylizer.encoderRuns;
    const targets = [0, 0.5, 1].map((alpha) => ({ styles: [{ statistics }], alpha }));
    const pictures = await stylizer.stylizeMany(drawPicture(64, 48, 10), targets);
    assert.equal(pictures.length, 3);
    assert.equal(stylizer.encoderRuns, before + 1);
  });
});

Deno.test("stylize() runs that are asked for at once do not disturb each other", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const contents = [11, 12, 13].map((seed) => drawPicture(64, 64, seed));
    const target = { styles: [{ statistics }] };
    const together = await Promise.all(contents.map((c) => stylizer.stylize(c, target)));
    for (const [k, content] of contents.entries()) {
      const alone = await stylizer.stylize(content, target);
      assert.equal(largestDifference(alone, together[k] ?? content), 0);
    }
  });
});

Deno.test("stylize() stops at an aborted signal, and the next call works", async () => {
  await withStylizer(async (stylizer, statistics) => {
    const target = { styles: [{ statistics }] };
    const content = drawPicture(64, 64, 14);
    const gone = AbortSignal.abort(new Error("gone"));
    await assert.rejects(stylizer.stylize(content, target, gone), /gone/);
    assert.equal((await stylizer.stylize(content, target)).width, 64);
  });
});

const threads = { name: "stylize() with two threads paints as with one", sanitizeResources: false };
Deno.test(threads, async () => {
  const content = drawPicture(64, 64, 16);
  await withStylizer(async (one, statistics) => {
    const target = { styles: [{ statistics }] };
    const expected = await one.stylize(content, target);
    await withStylizer(async (two) => {
      assert(largestDifference(expected, await two.stylize(content, target)) <= 1);
    }, { threads: 2 });
  });
});
