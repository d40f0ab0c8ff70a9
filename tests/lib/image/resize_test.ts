import assert from "node:assert/strict";
import { type Pixels, resize, type Size } from "../../../lib/image/mod.ts";
import { lanczosTaps } from "../../../lib/image/lanczos.ts";
import { drawPicture, largestDifference, meanDifference } from "../../support/pictures.ts";

function toLinear(value: number): number {
  const x = value / 255;
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
}

function fromLinear(light: number): number {
  const x = Math.min(1, Math.max(0, light));
  return 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Weight of each old place for a new one: the textbook's kernel in double precision. */
function weights(from: number, to: number, place: number): number[] {
  const scale = Math.max(1, from / to);
  const center = (place + 0.5) * from / to - 0.5;
  const raw = Array.from({ length: from }, (_, i) => {
    const x = (i - center) / scale;
    return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
  });
  const sum = raw.reduce((a, b) => a + b);
  return raw.map((weight) => weight / sum);
}

/** The plain reference: every new pixel as the weighted mean of all old ones, one after the other. */
function reference({ width, height, data }: Pixels, size: Size): Pixels {
  const result = new Uint8ClampedArray(4 * size.width * size.height);
  const columns = Array.from({ length: size.width }, (_, x) => weights(width, size.width, x));
  for (let y = 0; y < size.height; y++) {
    const rows = weights(height, size.height, y);
    columns.forEach((column, x) => {
      const sum = [0, 0, 0, 0];
      rows.forEach((down, row) => {
        if (down === 0) return;
        column.forEach((across, i) => {
          if (across === 0) return;
          const at = 4 * (row * width + i);
          const alpha = down * across * (data[at + 3] ?? 0) / 255;
          for (let j = 0; j < 3; j++) sum[j] = (sum[j] ?? 0) + alpha * toLinear(data[at + j] ?? 0);
          sum[3] = (sum[3] ?? 0) + alpha;
        });
      });
      const alpha = sum[3] ?? 0;
      const to = 4 * (y * size.width + x);
      if (alpha < 0.5 / 255) return;
      for (let j = 0; j < 3; j++) result[to + j] = fromLinear((sum[j] ?? 0) / alpha);
      result[to + 3] = 255 * alpha;
    });
  }
  return { ...size, data: result };
}

Deno.test.each(
  [[40, 30], [17, 90], [97, 10], [5, 3], [150, 160], [1, 1]] as const,
)("resize() to %i x %i is the plain reference", async (width, height) => {
  const picture = drawPicture(97, 73, 12);
  const size = { width, height };
  const [own, plain] = [await resize(picture, size), reference(picture, size)];
  assert(largestDifference(own, plain) <= 1, `${largestDifference(own, plain)}`);
  assert(meanDifference(own, plain) < 0.1, `${meanDifference(own, plain)}`);
});

Deno.test("resize() of transparency is the plain reference", async () => {
  const picture = drawPicture(64, 64, 13);
  for (let i = 0; i < 64 * 64; i++) picture.data[4 * i + 3] = (i % 64) * 4;
  const size = { width: 20, height: 25 };
  const [own, plain] = [await resize(picture, size), reference(picture, size)];
  for (let i = 0; i < own.data.length; i++) {
    // The fainter a pixel, the coarser its bytes say its colour.
    const alpha = plain.data[i | 3] ?? 0;
    const most = i % 4 === 3 ? 1 : alpha < 8 ? 255 : 2;
    assert(Math.abs((own.data[i] ?? 0) - (plain.data[i] ?? 0)) <= most, `at ${i}`);
  }
});

/** Rings that get finer outwards, up to the finest that the grid can hold; its mean light is 1/2. */
function zonePlate(side: number): Pixels {
  const data = new Uint8ClampedArray(4 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [dx, dy] = [x - side / 2, y - side / 2];
      const light = 0.5 + 0.5 * Math.cos(Math.PI * (dx * dx + dy * dy) / side);
      data.fill(fromLinear(light), 4 * (y * side + x), 4 * (y * side + x) + 3);
      data[4 * (y * side + x) + 3] = 255;
    }
  }
  return { width: side, height: side, data };
}

Deno.test("resize() by 20 leaves nothing of rings that are finer than the new grid", async () => {
  const [side, small] = [1200, 60];
  const { data } = await resize(zonePlate(side), { width: small, height: small });
  let [error, count, worst] = [0, 0, 0];
  for (let y = 0; y < small; y++) {
    for (let x = 0; x < small; x++) {
      // Rings at this distance have 2r cycles per side; the new grid holds 30: seen to 1/20 of the way.
      if (Math.hypot(x + 0.5 - small / 2, y + 0.5 - small / 2) < 4) continue;
      const difference = Math.abs(toLinear(data[4 * (y * small + x)] ?? 0) - 0.5);
      [error, count, worst] = [error + difference, count + 1, Math.max(worst, difference)];
    }
  }
  assert(error / count < 0.004, `mean ${error / count}`);
  assert(worst < 0.03, `largest ${worst}`);
});

Deno.test("resize() keeps rings that the new grid can hold", async () => {
  // Cut to its middle, the plate has no ring finer than a third of the new grid's finest.
  const side = 1200;
  const { data } = zonePlate(side);
  const middle = new Uint8ClampedArray(4 * 200 * 200);
  for (let y = 0; y < 200; y++) {
    middle.set(data.subarray(4 * ((y + 500) * side + 500), 4 * ((y + 500) * side + 700)), 800 * y);
  }
  const whole = await resize({ width: 200, height: 200, data: middle }, {
    width: 100,
    height: 100,
  });
  let worst = 0;
  for (let y = 10; y < 90; y++) {
    for (let x = 10; x < 90; x++) {
      const [dx, dy] = [2 * x + 0.5 - 100, 2 * y + 0.5 - 100];
      const light = 0.5 + 0.5 * Math.cos(Math.PI * (dx * dx + dy * dy) / side);
      worst = Math.max(worst, Math.abs(toLinear(whole.data[4 * (100 * y + x)] ?? 0) - light));
    }
  }
  assert(worst < 0.03, `${worst}`);
});

Deno.test("resize() of a picture of its own size is the picture", async () => {
  const picture = drawPicture(20, 10, 1);
  assert.equal(await resize(picture, { width: 20, height: 10 }), picture);
});

Deno.test("resize() of a part is the part's picture, whole pixels or not", async () => {
  const picture = drawPicture(120, 90, 4);
  const part = { x: 30, y: 15, width: 60, height: 45 };
  const same = await resize(picture, { width: 60, height: 45 }, part);
  const at = 4 * (15 * 120 + 30);
  assert.deepEqual(same.data.subarray(0, 240), picture.data.subarray(at, at + 240));
  const size = { width: 24, height: 18 };
  assert.deepEqual(await resize(picture, size, part), await resize(same, size));
  // Half a pixel to the right is the mean of two places, where the picture is a plain slope.
  const slope = drawPicture(64, 8, 1);
  slope.data.forEach((_, i) => slope.data[i] = i % 4 === 3 ? 255 : 3 * ((i >> 2) % 64));
  const moved = await resize(slope, { width: 10, height: 8 }, {
    x: 20.5,
    y: 0,
    width: 10,
    height: 8,
  });
  for (let x = 2; x < 8; x++) assert(Math.abs((moved.data[4 * x] ?? 0) - 3 * (x + 20.5)) <= 1);
});

Deno.test.each([[1, 1], [1, 50], [50, 1], [7, 3], [4000, 512], [512, 4000]] as const)(
  "lanczosTaps() from %i to %i sum to 1 inside the old length",
  (from, to) => {
    const { starts, counts, weights: all, width } = lanczosTaps({ start: 0, length: from }, to);
    for (let place = 0; place < to; place++) {
      const count = counts[place] ?? 0;
      assert(count >= 1 && count <= width && (starts[place] ?? 0) + count <= from);
      const own = all.subarray(place * width, place * width + count);
      assert(Math.abs(own.reduce((a, b) => a + b) - 1) < 1e-5);
    }
  },
);
