import assert from "node:assert/strict";
import { type PictureRequest, sourceTag } from "../../lib/pictures/mod.ts";
import { createTestApp, type TestApp } from "../fakes/services.ts";

const URL = "https://photos.example/cat.jpg";
const PATH = `/v1/stylize?url=${URL}&style=mosaic&fm=jpeg`;
const MODEL = { name: "fast", version: "v1", channels: 4 };

function requestOf(id: string): PictureRequest {
  return {
    source: { url: URL },
    style: { kind: "catalog", styles: [{ id, weight: 1 }] },
    masks: [],
    alpha: 1,
    colour: "style",
    geometry: {
      width: 9,
      fit: "inside",
      gravity: "attention",
      dpr: 1,
      enlarge: false,
      maxSide: 2048,
    },
    model: "fast",
    output: { format: "jpeg" },
  };
}

async function paintedRequest(app: TestApp): Promise<PictureRequest> {
  const request = requestOf("mosaic");
  assert.equal(app.pictures.ready(request, {}), undefined);
  await app.pictures.picture(request, { signal: new AbortController().signal });
  return request;
}

Deno.test("ready() gives a picture that was asked for with the same object", async () => {
  await using app = await createTestApp();
  const request = await paintedRequest(app);
  const served = app.pictures.ready(request, {});
  assert.equal(served?.freshness, "hit");
  assert.equal(new TextDecoder().decode(served?.body ?? undefined), "a picture");
  const known = app.pictures.ready(request, { isKnown: (etag) => etag === served?.etag });
  assert.equal(known?.body, null);
  assert.equal(app.pictures.ready(requestOf("mosaic"), {}), undefined);
});

Deno.test.each<[string, (app: TestApp) => unknown]>([
  ["its freshness ends", (app) => app.time.now += 24 * 3600 * 1000],
  ["its style is purged", (app) => app.pictures.purge({ tag: "style-mosaic" })],
  ["its source is purged", (app) => app.pictures.purge({ tag: sourceTag(URL) })],
  ["everything is purged", (app) => app.pictures.purge({ all: true })],
  ["its style is deleted", (app) => app.catalog.delete("mosaic")],
  ["its style changes", (app) =>
    app.catalog.put("mosaic", Uint8Array.of(9), {
      metadata: { title: "mosaic" },
      origin: "user",
      model: MODEL,
    })],
])("ready() has no picture when %s", async (_name, happen) => {
  await using app = await createTestApp();
  const request = await paintedRequest(app);
  assert(app.pictures.ready(request, {}));
  await happen(app);
  assert.equal(app.pictures.ready(request, {}), undefined);
});

Deno.test("a hit has the headers and the body of the first answer", async () => {
  await using app = await createTestApp();
  const answers = [await app.request(PATH), await app.request(PATH), await app.request(PATH)];
  const [first, second, third] = answers.map(({ headers }) => {
    const { "cache-status": status, "server-timing": timing, ...rest } = Object.fromEntries(
      headers,
    );
    return { rest, status, timing };
  });
  assert.deepEqual([second?.rest, third?.rest], [first?.rest, first?.rest]);
  assert.match(third?.status ?? "", /^Pastiche; hit; ttl=3600$/);
  assert.deepEqual([second?.timing, third?.timing], [undefined, undefined]);
  assert.equal(first?.rest["x-content-type-options"], "nosniff");
  for (const answer of answers) assert.equal(await answer.text(), "a picture");
});

Deno.test("a hit does not depend on what became of the answers before", async () => {
  await using app = await createTestApp();
  await app.request(PATH);
  for (let i = 0; i < 3; i++) {
    const answer = await app.request(PATH);
    assert.match(answer.headers.get("cache-status") ?? "", /hit/);
    assert.equal(answer.headers.get("x-added"), null);
    assert.equal(await answer.text(), "a picture");
    answer.headers.set("x-added", "later");
  }
});

Deno.test("one picture in memory is a hit under several names, for as long as it is fresh", async () => {
  await using app = await createTestApp();
  await app.request(PATH);
  const ask = async (name: string): Promise<readonly (string | null | undefined)[]> => {
    const { headers } = await app.request(`${PATH}&filename=${name}`);
    return [
      /filename="(.*?)"/.exec(headers.get("content-disposition") ?? "")?.[1],
      /; hit; ttl=(\d+)/.exec(headers.get("cache-status") ?? "")?.[1],
    ];
  };
  for (const left of ["3600", "3598"]) {
    for (const name of ["a.jpg", "b.jpg", "a.jpg", "b.jpg"]) {
      assert.deepEqual(await ask(name), [name, left]);
    }
    app.time.now += 2000;
  }
});

Deno.test("a hit answers what the client has with 304", async () => {
  await using app = await createTestApp();
  const etag = (await app.request(PATH)).headers.get("etag") ?? "";
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
    const response = await app.request(PATH, { headers: { "if-none-match": known } });
    assert.equal(response.status, 304, known);
    assert.equal(response.headers.get("etag"), etag);
    assert.equal(await response.text(), "");
  }
  const other = await app.request(PATH, { headers: { "if-none-match": '"x"' } });
  assert.equal(other.status, 200);
});

Deno.test("one spelling of a URL is another picture for another Accept", async () => {
  await using app = await createTestApp();
  const path = PATH.replace("&fm=jpeg", "");
  const types: unknown[] = [];
  for (const accept of ["image/WebP", "*/*", "image/webp", "image/webp;q=0"]) {
    const response = await app.request(path, { headers: { accept } });
    types.push(response.headers.get("content-type"));
    assert.equal(response.headers.get("vary"), "Accept");
  }
  assert.deepEqual(types, ["image/webp", "image/jpeg", "image/webp", "image/jpeg"]);
});

Deno.test("hits count for the rate of a client", async () => {
  await using app = await createTestApp({ env: { RATE_LIMIT: "2" } });
  await app.request(PATH);
  const hit = await app.request(PATH);
  assert.match(hit.headers.get("cache-status") ?? "", /hit/);
  assert.equal((await app.request(PATH)).status, 429);
});

Deno.test("every response tells browsers to believe its type", async () => {
  await using app = await createTestApp();
  const paths = [PATH, PATH, "/", "/docs", "/healthz", "/metrics", "/v1/styles", "/nowhere"];
  for (const path of [...paths, `${PATH}&w=x`, `/v1/stylize?url=${URL}&style=nope`]) {
    for (const method of ["GET", "HEAD"]) {
      const { headers } = await app.request(path, { method });
      assert.equal(headers.get("x-content-type-options"), "nosniff", `${method} ${path}`);
    }
  }
});

Deno.test("requests are counted under few methods, whatever clients invent", async () => {
  await using app = await createTestApp();
  for (const method of ["BREW", "GRIND"]) await app.request("/healthz", { method });
  const text = await (await app.request("/metrics")).text();
  assert.match(text, /pastiche_requests_total\{method="other",route="\/healthz",status="405"\} 2/);
  assert.doesNotMatch(text, /BREW/);
});

Deno.test("requests are logged at the level info, and not above it", async () => {
  for (const [level, count] of [["info", 1], ["warn", 0]] as const) {
    await using app = await createTestApp({ env: { LOG_LEVEL: level } });
    await app.request("/healthz");
    assert.equal(app.lines.filter((line) => line === "info request").length, count);
  }
});

Deno.test("hits are given with any bound of the memory", async () => {
  await using app = await createTestApp({ env: { MEMORY_CACHE_BYTES: "1048577" } });
  for (const pattern of [/stored/, /hit/, /hit/]) {
    assert.match((await app.request(PATH)).headers.get("cache-status") ?? "", pattern);
  }
});
