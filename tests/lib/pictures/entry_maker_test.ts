import assert from "node:assert/strict";
import { ImageError } from "../../../lib/image/mod.ts";
import { createTestApp, PIXEL } from "../../fakes/services.ts";

const PATH = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic";
const CHANGED = Uint8Array.of(...PIXEL, 0);
const HOUR = 3600 * 1000;

Deno.test.each([{ all: true }, { tag: "style-mosaic" }] as const)(
  "a picture whose source was fetched before the purge %j is not kept after it",
  async (selector) => {
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const fetchSource = async () => {
      asked.resolve();
      await gate.promise;
      return PIXEL;
    };
    await using app = await createTestApp({ fetchSource });
    const before = app.request(PATH);
    await asked.promise;
    await app.pictures.purge(selector);
    app.time.now += 1000;
    gate.resolve();
    assert.equal((await before).status, 200);
    const after = await app.request(PATH);
    assert.match(after.headers.get("cache-status") ?? "", /uri-miss/);
    assert.equal(app.compute.painted.length, 2);
  },
);

Deno.test("a picture that could not be renewed is tried again after 30 seconds", async () => {
  let source = PIXEL;
  await using app = await createTestApp({ fetchSource: () => Promise.resolve(source) });
  await app.request(PATH);
  source = CHANGED;
  app.compute.failure = new ImageError("corrupt_image", "The PNG is damaged");
  app.time.now += 2 * HOUR;
  for (const [seconds, tries] of [[0, 1], [0, 1], [29, 1], [2, 2]] as const) {
    app.time.now += 1000 * seconds;
    const response = await app.request(PATH);
    assert.match(response.headers.get("cache-status") ?? "", /; hit/);
    await app.pictures.idle();
    assert.equal(app.compute.painted.length, 1 + tries);
    const told = app.lines.filter((line) => line.includes("could not be renewed"));
    assert.equal(told.length, tries);
  }
});

const [CAT, STYLE, MASK, MASK_2] = ["cat", "style", "mask", "mask2"]
  .map((name) => `https://photos.example/${name}.png`);

Deno.test.each([
  [CAT, `style_url=${STYLE}`],
  [STYLE, `style_url=${STYLE}`],
  [MASK, `style=mosaic,waves&mask=${MASK}&mask=${MASK_2}`],
  [MASK_2, `style=mosaic,waves&mask=${MASK}&mask=${MASK_2}`],
])("a picture is painted again when %s has changed", async (changed, query) => {
  let now = PIXEL;
  const fetchSource = (url: string) => Promise.resolve(url === changed ? now : PIXEL);
  await using app = await createTestApp({ fetchSource });
  const etag = async () =>
    (await app.request(`/v1/stylize?url=${CAT}&${query}`)).headers.get("etag");
  const before = await etag();
  now = CHANGED;
  app.time.now += 2 * HOUR;
  assert.equal(await etag(), before, "the expired one is served at once");
  await app.pictures.idle();
  assert.notEqual(await etag(), before);
  assert.equal(app.compute.painted.length, 2);
});
