import assert from "node:assert/strict";
import {
  type Animation,
  decode,
  decodeFrames,
  DEFAULT_LIMITS,
  encode,
  encodeAnimation,
  type Pixels,
  probe,
} from "../../../lib/image/mod.ts";
import { drawPicture, largestDifference, meanDifference } from "../../support/pictures.ts";
import { type GifPart, join, writeGif } from "./fixtures.ts";

const [RED, GREEN, BLUE, NONE] = ["255,0,0,255", "0,255,0,255", "0,0,255,255", "0,0,0,0"];

function at({ width, data }: Pixels, x: number, y: number): string {
  return data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4).join();
}

function part(color: number, more: Partial<GifPart> = {}): GifPart {
  return { x: 0, y: 0, width: 8, height: 6, color, dispose: 1, delay: 10, ...more };
}

const SMALL = { x: 2, y: 1, width: 3, height: 2 };

Deno.test.each(
  [
    [1, GREEN, RED],
    [0, GREEN, RED],
    [2, NONE, RED],
    [3, RED, RED],
  ] as const,
)("decodeFrames() of a GIF with disposal %i", async (dispose, inside, outside) => {
  const gif = writeGif([8, 6], [
    part(1),
    part(2, { ...SMALL, dispose }),
    part(3, { x: 6, y: 4, width: 2, height: 2 }),
  ]);
  const { frames } = await decodeFrames(gif);
  assert.deepEqual(frames.map(({ pixels }) => at(pixels, 0, 0)), [RED, RED, outside]);
  assert.deepEqual(frames.map(({ pixels }) => at(pixels, 3, 2)), [RED, GREEN, inside]);
  assert.deepEqual(frames.map(({ pixels }) => at(pixels, 7, 5)), [RED, RED, BLUE]);
  assert(frames.every(({ pixels }) => pixels.width === 8 && pixels.height === 6));
});

Deno.test("decodeFrames() lets a GIF's transparent pixels show what was there", async () => {
  const { frames } = await decodeFrames(writeGif([8, 6], [part(1), part(0, SMALL)]));
  assert.equal(at(frames[1]?.pixels ?? assert.fail(), 3, 2), RED);
});

Deno.test("decodeFrames() cuts what lies beyond a GIF's screen", async () => {
  const gif = writeGif([8, 6], [part(1), part(2, { x: 6, y: 5, dispose: 2 }), part(3, SMALL)]);
  const { frames } = await decodeFrames(gif);
  assert.equal(at(frames[1]?.pixels ?? assert.fail(), 7, 5), GREEN);
  assert.equal(at(frames[2]?.pixels ?? assert.fail(), 7, 5), NONE);
});

Deno.test.each(
  [[undefined, 1], [0, 0], [1, 2], [10, 11]] as const,
)("decodeFrames() of a GIF that repeats %s times plays %i times", async (repeat, plays) => {
  const animation = await decodeFrames(writeGif([8, 6], [part(1), part(2)], repeat));
  assert.equal(animation.plays, plays);
});

Deno.test("decodeFrames() gives a GIF's delays as browsers show them", async () => {
  const delays = [0, 1, 2, 50].map((delay) => part(1, { delay }));
  const { frames } = await decodeFrames(writeGif([8, 6], delays));
  assert.deepEqual(frames.map(({ delay }) => delay), [100, 100, 20, 500]);
});

Deno.test("decode() of a GIF gives its first frame, whatever follows", async () => {
  const many = writeGif([8, 6], [part(1), ...Array<GifPart>(200).fill(part(2))]);
  assert.equal(at(await decode(many), 0, 0), RED);
  const cut = many.slice(0, 200);
  assert.equal(at(await decode(cut), 0, 0), RED);
  await assert.rejects(decodeFrames(cut), { code: "corrupt_image" });
});

Deno.test.each(
  [
    ["frames", [8, 6], Array<GifPart>(61).fill(part(1))],
    ["pixels in sum", [3000, 2000], Array<GifPart>(5).fill(part(1))],
    ["pixels in a frame", [8, 6], [part(1), part(1, { width: 0, height: 0 })]],
  ] as const,
)("decodeFrames() refuses too many %s", async (what, screen, parts) => {
  const gif = writeGif(screen, parts);
  // The descriptor of the second frame of the last case claims more than the screen.
  if (what === "pixels in a frame") {
    const second = gif.lastIndexOf(0x2c);
    gif.set([0xff, 0xff, 0xff, 0xff], second + 5);
  }
  await assert.rejects(decodeFrames(gif), { code: "image_too_large" });
});

Deno.test("decodeFrames() takes limits of its own", async () => {
  const gif = writeGif([8, 6], [part(1), part(2), part(3)]);
  const { maxPixels, maxSide } = DEFAULT_LIMITS;
  assert.equal((await decodeFrames(gif, { maxPixels, maxSide })).frames.length, 3);
  for (const limits of [{ maxFrames: 2 }, { maxTotalPixels: 3 * 48 - 1 }]) {
    await assert.rejects(decodeFrames(gif, { ...DEFAULT_LIMITS, ...limits }), {
      code: "image_too_large",
    });
  }
});

Deno.test("decodeFrames() counts a GIF's frames, however small its screen is", async () => {
  const gif = writeGif([1, 1], Array<GifPart>(3).fill(part(1, { width: 20, height: 20 })));
  const limits = { ...DEFAULT_LIMITS, maxTotalPixels: 1200 };
  assert.equal((await decodeFrames(gif, limits)).frames.length, 3);
  const less = { ...limits, maxTotalPixels: 1199 };
  await assert.rejects(decodeFrames(gif, less), { code: "image_too_large", message: /1199/ });
  assert.equal((await decode(gif, { ...limits, maxTotalPixels: 1 })).width, 1);
});

Deno.test("decodeFrames() of a still is one frame", async () => {
  const picture = drawPicture(20, 10, 1);
  const { frames, plays } = await decodeFrames(await encode(picture, { format: "png" }));
  assert.deepEqual([frames.length, frames[0]?.delay, plays], [1, 0, 1]);
  assert.deepEqual(frames[0]?.pixels, picture);
});

function drawAnimation(): Animation {
  const frames = [40, 250, 1000].map((delay, i) => {
    const pixels = drawPicture(37, 29, i);
    for (let j = 3; j < pixels.data.length / (1 + i); j += 4) pixels.data[j] = i === 0 ? 255 : 0;
    return { pixels, delay };
  });
  return { frames, plays: 3 };
}

Deno.test.each(
  [["gif", 100, 6], ["webp", 100, 4], ["webp", 50, 9]] as const,
)("encodeAnimation() to %s of quality %i keeps the frames", async (format, quality, most) => {
  const animation = drawAnimation();
  const bytes = await encodeAnimation(animation, { format, quality });
  const info = probe(bytes);
  assert.deepEqual([info.format, info.width, info.height, info.frames], [format, 37, 29, 3]);
  const read = await decodeFrames(bytes);
  assert.deepEqual(read.frames.map(({ delay }) => delay), [40, 250, 1000]);
  assert.equal(read.plays, 3);
  read.frames.forEach(({ pixels }, i) => {
    const drawn = animation.frames[i]?.pixels ?? assert.fail();
    pixels.data.forEach((value, j) => {
      if (j % 4 === 3) assert.equal(value, drawn.data[j]);
      else if (drawn.data[j | 3] === 0) drawn.data[j] = pixels.data[j] = 0;
    });
    const difference = meanDifference(pixels, drawn);
    assert(difference < most, `frame ${i} differs by ${difference}`);
  });
  assert.deepEqual(await decode(bytes), read.frames[0]?.pixels);
});

Deno.test.each(["gif", "webp"] as const)(
  "decode() and decodeFrames() of a %s animation of one frame",
  async (format) => {
    const [frame = assert.fail()] = drawAnimation().frames;
    const bytes = await encodeAnimation({ frames: [frame], plays: 1 }, { format });
    const { frames, plays } = await decodeFrames(bytes);
    assert.deepEqual([probe(bytes).frames, frames.length, plays], [1, 1, 1]);
    const picture = await decode(bytes);
    assert.deepEqual(picture, frames[0]?.pixels);
    assert(meanDifference(picture, frame.pixels) < 9);
  },
);

Deno.test("encodeAnimation() refuses no frames and frames of different sizes", async () => {
  const delay = 10;
  const [small, large] = [drawPicture(4, 4, 1), drawPicture(5, 4, 1)];
  for (const frames of [[], [{ pixels: small, delay }, { pixels: large, delay }]]) {
    for (const format of ["gif", "webp"] as const) {
      await assert.rejects(encodeAnimation({ frames, plays: 0 }, { format }), RangeError);
    }
  }
});

Deno.test("encode() to GIF keeps few colours and greys exact, and halves are whole", async () => {
  const grey = drawPicture(64, 64, 3);
  for (let i = 0; i < grey.data.length; i += 4) grey.data.fill(grey.data[i] ?? 0, i, i + 3);
  assert.equal(largestDifference(grey, await decode(await encode(grey, { format: "gif" }))), 0);
  for (let i = 0; i < 64; i++) grey.data[4 * i + 3] = 4 * i;
  const { data } = await decode(await encode(grey, { format: "gif" }));
  for (let i = 0; i < 64; i++) assert.equal(data[4 * i + 3], i < 32 ? 0 : 255);
});

Deno.test("encode() to GIF of noise stays near it", async () => {
  let state = 1;
  const data = new Uint8ClampedArray(4 * 192 * 192).map((_, i) => {
    state = Math.imul(state, 1103515245) + 12345 >>> 0;
    return i % 4 === 3 ? 255 : state >>> 24;
  });
  const noise = { width: 192, height: 192, data };
  const read = await decode(await encode(noise, { format: "gif" }));
  assert(meanDifference(noise, read) < 16, `${meanDifference(noise, read)}`);
});

Deno.test("encode() to GIF with a lower quality gives fewer bytes", async () => {
  const picture = drawPicture(100, 80, 4);
  const [low, high] = [
    await encode(picture, { format: "gif", quality: 1 }),
    await encode(picture, { format: "gif" }),
  ];
  assert(low.length < high.length / 1.5, `${low.length}, ${high.length}`);
});

Deno.test("decodeFrames() refuses a WebP whose frame reaches beyond the screen", async () => {
  const webp = await encodeAnimation(drawAnimation(), { format: "webp" });
  const frame = webp.findIndex((_, i) =>
    join(webp.subarray(i, i + 4)).join() === join("ANMF").join()
  );
  webp[frame + 8] = 1;
  await assert.rejects(decodeFrames(webp), { code: "corrupt_image" });
});
