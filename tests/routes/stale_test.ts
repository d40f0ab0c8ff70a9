import assert from "node:assert/strict";
import { SourceError } from "../../lib/source/mod.ts";
import { createTestApp, PIXEL, type TestApp } from "../fakes/services.ts";

const PATH = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic";
const HOUR = 3600 * 1000;

async function statusOf(app: TestApp, path = PATH): Promise<string> {
  const response = await app.request(path);
  assert.equal(response.status, 200);
  await response.bytes();
  return (response.headers.get("cache-status") ?? "").replace(/; ttl=-?\d+/, "");
}

/** A source that gives its picture until there is a failure to give. */
function fallible() {
  const failures: SourceError[] = [];
  const fetchSource = (): Promise<Uint8Array<ArrayBuffer>> =>
    failures[0] ? Promise.reject(failures[0]) : Promise.resolve(PIXEL);
  return { failures, fetchSource };
}

Deno.test("GET /v1/stylize serves the last good picture while its source fails", async () => {
  const { failures, fetchSource } = fallible();
  await using app = await createTestApp({ fetchSource });
  await statusOf(app);
  failures.push(new SourceError("upstream_error", "The source answered with status 500"));
  for (let day = 0; day < 6; day++) {
    app.time.now += 24 * HOUR;
    assert.equal(await statusOf(app), "Pastiche; hit");
    await app.pictures.idle();
  }
  assert.equal(await statusOf(app, `${PATH}&w=9`), "Pastiche; fwd=uri-miss; stored");
});

Deno.test("stale pictures are renewed once, however many ask", async () => {
  const { failures, fetchSource } = fallible();
  await using app = await createTestApp({ fetchSource });
  await statusOf(app);
  failures.push(new SourceError("host_not_allowed", "not any more"));
  app.time.now += 2 * HOUR;
  const hits = await Promise.all([1, 2, 3, 4, 5].map(() => statusOf(app)));
  assert.deepEqual(new Set(hits), new Set(["Pastiche; hit"]));
  await app.pictures.idle();
  assert.equal(app.lines.filter((line) => line.includes("could not be renewed")).length, 1);
});

Deno.test("GET /v1/stylize stops serving a picture whose source is gone", async () => {
  const { failures, fetchSource } = fallible();
  await using app = await createTestApp({ fetchSource });
  await statusOf(app);
  failures.push(new SourceError("not_found", "The source answered with status 404"));
  app.time.now += 2 * HOUR;
  await statusOf(app);
  await app.pictures.idle();
  app.time.now += 10;
  assert.equal((await app.request(PATH)).status, 404);
});

Deno.test("a stale picture is kept by nobody for long", async () => {
  await using app = await createTestApp();
  const model = { name: "fast", version: "v1", channels: 4 };
  const statistics = { mean: new Float32Array(4), std: new Float32Array(4).fill(1) };
  const options = { metadata: { title: "A painting" }, version: "p", model };
  await app.catalog.putStatistics("painting", statistics, options);
  const image = "/v1/styles/painting/image";
  const life = async (path: string): Promise<string> => {
    const response = await app.request(path);
    await response.bytes();
    return /max-age=\d+(, s-maxage=\d+)?/.exec(response.headers.get("cache-control") ?? "")?.[0] ??
      "";
  };
  assert.equal(await life(PATH), "max-age=86400, s-maxage=31536000");
  app.time.now += 2 * HOUR;
  assert.equal(await life(PATH), "max-age=60, s-maxage=60");
  await app.pictures.idle();
  assert.equal(await life(PATH), "max-age=86400, s-maxage=31536000");
  assert.equal(await life(image), "max-age=3600");
  app.time.now += 48 * HOUR;
  assert.match(await life(image), /^max-age=60(,|$)/);
  await app.pictures.idle();
});
