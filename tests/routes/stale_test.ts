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

async function lifeOf(app: TestApp, path = PATH): Promise<string> {
  const response = await app.request(path);
  await response.bytes();
  await app.pictures.idle();
  return /max-age=\d+(, s-maxage=\d+)?/.exec(response.headers.get("cache-control") ?? "")?.[0] ??
    "";
}

const BRIEF = "max-age=60, s-maxage=60";
const LONG = "max-age=86400, s-maxage=31536000";

// Of the first failure the source's copy in memory serves, after the second there is none.
Deno.test.each(["upstream_error", "host_not_allowed"] as const)(
  "a picture is kept by nobody for long until a source with %s is well again",
  async (code) => {
    const { failures, fetchSource } = fallible();
    await using app = await createTestApp({ fetchSource });
    assert.equal(await lifeOf(app), LONG);
    failures.push(new SourceError(code, "The source fails"));
    app.time.now += 2 * HOUR;
    for (const seconds of [0, 1, 28, 2, 1]) {
      app.time.now += 1000 * seconds;
      assert.equal(await lifeOf(app), BRIEF, `after ${seconds} s`);
    }
    const etag = (await app.request(PATH)).headers.get("etag") ?? "";
    const known = await app.request(PATH, { headers: { "if-none-match": etag } });
    assert.match(known.headers.get("cache-control") ?? "", /s-maxage=60,/);
    const told = app.lines.filter((line) => line.includes("could not be renewed"));
    assert.equal(told.length, 2);
    failures.length = 0;
    app.time.now += 31_000;
    assert.equal(await lifeOf(app), BRIEF);
    assert.equal(await lifeOf(app), LONG);
    assert.equal(app.compute.painted.length, 1);
  },
);

Deno.test("another size of an expired copy of a source is kept by nobody for long", async () => {
  const { failures, fetchSource } = fallible();
  await using app = await createTestApp({ fetchSource });
  await lifeOf(app);
  failures.push(new SourceError("upstream_error", "The source answered with status 500"));
  app.time.now += 2 * HOUR;
  const other = `${PATH}&w=9`;
  assert.equal(await lifeOf(app, other), BRIEF);
  assert.equal(await lifeOf(app, other), BRIEF);
});

Deno.test("what an instance gives that may miss purges is kept by nobody for long", async () => {
  let isCutOff = false;
  await using app = await createTestApp({ mayMissPurges: () => isCutOff });
  app.compute.body = PIXEL;
  const info = PATH.replace("stylize", "info");
  const lives = async (more: string): Promise<string[]> => [
    await lifeOf(app, PATH),
    await lifeOf(app, PATH + more),
    await lifeOf(app, info),
  ];
  assert.deepEqual(await lives("&w=8"), [LONG, LONG, "max-age=3600"]);
  isCutOff = true;
  app.time.now += 1000;
  assert.deepEqual(await lives("&w=9"), [BRIEF, BRIEF, "max-age=60"]);
  isCutOff = false;
  app.time.now += 1000;
  assert.deepEqual(await lives("&w=9"), [LONG, LONG, "max-age=3600"]);
});

Deno.test("a source that fails for more than a week is shown no more", async () => {
  const { failures, fetchSource } = fallible();
  await using app = await createTestApp({ fetchSource });
  await lifeOf(app);
  failures.push(new SourceError("upstream_error", "The source answered with status 500"));
  for (let day = 0; day < 7; day++) {
    app.time.now += 24 * HOUR;
    assert.equal(await lifeOf(app), BRIEF);
  }
  app.time.now += 2 * HOUR;
  for (const path of [PATH, `${PATH}&w=9`]) assert.equal((await app.request(path)).status, 502);
});

Deno.test("a stale picture is kept by nobody for long", async () => {
  await using app = await createTestApp();
  const model = { name: "fast", version: "v1", channels: 4 };
  const statistics = { mean: new Float32Array(4), std: new Float32Array(4).fill(1) };
  const options = { metadata: { title: "A painting" }, version: "p", model };
  await app.catalog.putStatistics("painting", statistics, options);
  const image = "/v1/styles/painting/image";
  assert.equal(await lifeOf(app), LONG);
  app.time.now += 2 * HOUR;
  assert.equal(await lifeOf(app), BRIEF);
  assert.equal(await lifeOf(app), LONG);
  assert.equal(await lifeOf(app, image), "max-age=3600");
  app.time.now += 48 * HOUR;
  assert.match(await lifeOf(app, image), /^max-age=60(,|$)/);
});
