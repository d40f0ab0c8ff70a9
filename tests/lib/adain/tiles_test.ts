import assert from "node:assert/strict";
import { paddedLength, planTiles } from "../../../lib/adain/tiles.ts";
import { fromPlanar, reflect, toPlanar } from "../../../lib/adain/planar.ts";
import { drawPicture, largestDifference } from "../../support/pictures.ts";

Deno.test.each([
  [1, 16],
  [16, 16],
  [17, 24],
  [333, 336],
  [2000, 2000],
])("paddedLength() makes %d into %d", (length, padded) => {
  assert.equal(paddedLength(length, 8), padded);
});

Deno.test("reflect() mirrors without repeating the edge, however far away", () => {
  assert.deepEqual([-2, -1, 0, 1, 2, 3, 4, 5, 6].map((i) => reflect(i, 4)), [
    2,
    1,
    0,
    1,
    2,
    3,
    2,
    1,
    0,
  ]);
  assert.equal(reflect(100, 1), 0);
  assert.equal(reflect(-7, 2), 1);
});

Deno.test("planTiles() uses one run where the picture fits", () => {
  const options = { stride: 8, halo: 56, maxPixels: 256 * 256 };
  const tiles = planTiles({ width: 256, height: 256 }, options);
  assert.equal(tiles.length, 1);
  assert.deepEqual(tiles[0]?.outer, { x: 0, y: 0, width: 256, height: 256 });
});

Deno.test.each([
  [1024, 1024, 256 * 256],
  [4096, 16, 256 * 256],
  [16, 8192, 256 * 256],
  [2008, 1336, 1024 * 1024],
])("planTiles() covers %d x %d once, aligned, with its halo", (width, height, maxPixels) => {
  const halo = 56;
  const covered = new Uint8Array((width / 8) * (height / 8));
  for (const { core, outer } of planTiles({ width, height }, { stride: 8, halo, maxPixels })) {
    assert(outer.width * outer.height <= maxPixels, `${outer.width} x ${outer.height}`);
    for (const value of [...Object.values(core), ...Object.values(outer)]) {
      assert.equal(value % 8, 0);
    }
    assert(core.x - outer.x === halo || outer.x === 0);
    assert(core.y - outer.y === halo || outer.y === 0);
    assert(outer.x + outer.width === Math.min(width, core.x + core.width + halo));
    assert(outer.y + outer.height === Math.min(height, core.y + core.height + halo));
    for (let y = core.y / 8; y < (core.y + core.height) / 8; y++) {
      for (let x = core.x / 8; x < (core.x + core.width) / 8; x++) {
        const at = y * (width / 8) + x;
        covered[at] = (covered[at] ?? 0) + 1;
      }
    }
  }
  assert(covered.every((count) => count === 1));
});

Deno.test("toPlanar() and fromPlanar() are inverse inside the picture", () => {
  const image = drawPicture(13, 9, 3);
  const source = { x: 0, y: 0, width: 16, height: 16 };
  const planar = toPlanar(image, source);
  const target = { ...image, data: image.data.slice().fill(255) };
  fromPlanar(planar, { source, target, area: { x: 0, y: 0, width: 13, height: 9 } });
  assert.equal(largestDifference(image, target), 0);
});

Deno.test("toPlanar() fills what lies outside by reflection", () => {
  const image = drawPicture(5, 4, 4);
  const planar = toPlanar(image, { x: -2, y: -1, width: 9, height: 6 });
  const red = (x: number, y: number): number =>
    Math.fround((image.data[4 * (y * 5 + x)] ?? 0) / 255);
  assert.equal(planar[0], red(2, 1));
  assert.equal(planar[9 + 2], red(0, 0));
  assert.equal(planar[5 * 9 + 8], red(2, 2));
});
