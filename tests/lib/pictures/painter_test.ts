import assert from "node:assert/strict";
import { costOf } from "../../../lib/pictures/cost.ts";
import { createTestApp, PIXEL, type TestApp } from "../../fakes/services.ts";

const PAINT = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic&w=64";
const SHEET = "/v1/sheet?url=https://photos.example/cat.jpg&styles=mosaic&w=64";
const OTHER = { name: "other", version: "v7", channels: 4 };

/** What the job of a request is named after. */
async function contentKey(app: TestApp, path: string): Promise<string | undefined> {
  app.compute.jobs.length = 0;
  assert.equal((await app.request(path)).status, 200, path);
  const job = app.compute.jobs.find(({ kind }) => kind !== "analyze");
  assert(job?.kind === "paint" || job?.kind === "sheet");
  return job.contentKey;
}

Deno.test.each([["/v1/stylize", PAINT], ["/v1/sheet", SHEET]])(
  "%s names the worker's content by source, size and model",
  async (_, path) => {
    let source = PIXEL;
    const fetchSource = () => Promise.resolve(source);
    await using app = await createTestApp({ fetchSource, models: [OTHER] });
    const usual = await contentKey(app, path);
    for (const same of ["&alpha=0.5", "&color=content", "&fm=png", "&q=30"]) {
      assert.equal(await contentKey(app, path + same), usual, same);
    }
    assert.equal(await contentKey(app, path.replace("mosaic", "waves")), usual, "another style");
    const others = [
      "&h=32",
      "&h=32&fit=cover",
      "&h=32&fit=cover&g=top",
      "&dpr=2",
      "&model=other",
    ];
    const keys = [usual];
    for (const other of others) keys.push(await contentKey(app, path + other));
    source = Uint8Array.of(...PIXEL, 0);
    app.time.now += 24 * 3600 * 1000;
    keys.push(await contentKey(app, path.replace("mosaic", "mosaic&alpha=0.1")));
    assert.equal(new Set(keys).size, keys.length, keys.join());
  },
);

Deno.test("a job counts for its content, its masks and the cells of a sheet", async () => {
  await using app = await createTestApp();
  const mask = "&mask=https://photos.example/mask.png";
  await app.request(PAINT.replace("mosaic", "mosaic,waves") + mask + mask);
  await app.request(SHEET.replace("mosaic", "mosaic,waves,mosaic"));
  const [one = 0, two = 0] = app.compute.held;
  const bytes = costOf({ bytes: PIXEL });
  assert.deepEqual([one, two], [3 * bytes, bytes + 2 * 12]);
});
