import assert from "node:assert/strict";
import { signUrl } from "../../lib/client/mod.ts";
import { ComputeError } from "../../lib/compute/mod.ts";
import { SourceError } from "../../lib/source/mod.ts";
import { createTestApp, PIXEL, type TestApp, TOKEN } from "../fakes/services.ts";

const URL_OK = "url=https://photos.example/cat.jpg";
const PATH = `/v1/stylize?${URL_OK}&style=mosaic`;
const IMAGE = "/v1/styles/mosaic/image";
const KEY = "0f".repeat(32);

async function codeOf(app: TestApp, path: string, init?: RequestInit): Promise<string> {
  return (await (await app.request(path, init)).json()).code;
}

Deno.test("GET /v1/stylize with masks keeps the styles' order and sends the masks along", async () => {
  await using app = await createTestApp();
  const mask = "mask=https://photos.example/mask.png";
  const path = `/v1/stylize?${URL_OK}&style=waves:1,mosaic:3&${mask}`;
  assert.equal((await app.request(path)).status, 200);
  const target = app.compute.painted[0]?.target;
  assert.deepEqual(target?.styles.map(({ weight }) => weight), [0.25, 0.75]);
  assert.deepEqual(target?.masks, [PIXEL]);
  assert.equal((await app.request(`${path}&${mask}`)).status, 200);
});

Deno.test.each([
  ["one style", `${PATH}&mask=https://a.example/m.png`],
  [
    "too many",
    `${PATH},waves&mask=https://a.example/m&mask=https://a.example/n&mask=https://a.example/o`,
  ],
  ["none", `/v1/stylize?${URL_OK}&style=none&mask=https://a.example/m.png`],
])("GET /v1/stylize refuses masks that do not fit: %s", async (_name, path) => {
  await using app = await createTestApp();
  assert.equal(await codeOf(app, path), "invalid_parameter");
});

Deno.test.each([
  ["bg=f00", { background: [255, 0, 0] }],
  ["bg=%23336699", { background: [51, 102, 153] }],
  ["frames=all&fm=webp", { format: "webp", animated: true }],
  ["fm=gif&q=30", { format: "gif", quality: 30 }],
])("GET /v1/stylize with %s tells the worker", async (query, output) => {
  await using app = await createTestApp();
  assert.equal((await app.request(`${PATH}&${query}`)).status, 200);
  assert.deepEqual(
    { ...app.compute.painted[0]?.output, ...output },
    app.compute.painted[0]?.output,
  );
});

Deno.test.each([
  "bg=red",
  "bg=ffff",
  "frames=2",
  "frames=all&fm=jpeg",
  "maxage=10",
  "maxage=1s",
  "maxage=400d",
  "download=yes",
  "filename=a/b",
  "filename=",
  "onerror=nothing",
])("GET /v1/stylize refuses %s", async (query) => {
  await using app = await createTestApp();
  assert.equal(await codeOf(app, `${PATH}&${query}`), "invalid_parameter");
});

Deno.test("GET /v1/stylize tells what a filename may not hold", async () => {
  await using app = await createTestApp();
  const { detail } = await (await app.request(`${PATH}&filename=a%01b`)).json();
  assert.match(detail, /filename=.*: it must have .*without \/, \\ and control characters$/);
});

Deno.test("GET /v1/stylize with maxage bounds every cache", async () => {
  await using app = await createTestApp();
  const response = await app.request(`${PATH}&maxage=2h`);
  assert.match(response.headers.get("cache-control") ?? "", /max-age=7200, s-maxage=7200,/);
});

Deno.test.each([
  ["download=1", "attachment; filename=\"picture.jpg\"; filename*=UTF-8''picture.jpg"],
  ["filename=cat", "inline; filename=\"cat.jpg\"; filename*=UTF-8''cat.jpg"],
  ["filename=cat.JPEG", "inline; filename=\"cat.JPEG\"; filename*=UTF-8''cat.JPEG"],
  ["filename=cat.jpg&download=1", "attachment; filename=\"cat.jpg\"; filename*=UTF-8''cat.jpg"],
  [
    "filename=K%C3%A4tzchen%22&fm=png",
    "inline; filename=\"K_tzchen_.png\"; filename*=UTF-8''K%C3%A4tzchen%22.png",
  ],
])("GET /v1/stylize with %s names the file", async (query, disposition) => {
  await using app = await createTestApp();
  const response = await app.request(`${PATH}&${query}`);
  assert.equal(response.headers.get("content-disposition"), disposition);
});

Deno.test("GET /v1/stylize with onerror=original gives the plain picture for a short time", async () => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/stylize?${URL_OK}&style=nobody&onerror=original`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "public, max-age=60");
  assert.equal(app.compute.painted[0]?.target, undefined);
  app.compute.failure = new ComputeError("queue_full", "full", { retryAfter: 3 });
  const none = await app.request(`${PATH}&w=7&onerror=original`);
  assert.equal(none.status, 503);
  assert.equal(none.headers.get("retry-after"), "3");
});

Deno.test("GET /v1/stylize with onerror=original does without the masks", async () => {
  const fetchSource = (url: string) =>
    url.endsWith("mask.png")
      ? Promise.reject(new SourceError("not_found", "gone"))
      : Promise.resolve(PIXEL);
  await using app = await createTestApp({ fetchSource });
  const masked = `${PATH},waves&mask=https://photos.example/mask.png`;
  assert.equal((await app.request(masked)).status, 404);
  const response = await app.request(`${masked}&onerror=original`);
  assert.equal(response.headers.get("pastiche-substitute"), "original");
});

Deno.test("GET /v1/stylize with onerror=URL redirects there, if it may", async () => {
  await using app = await createTestApp({ env: { SOURCE_ALLOW: "photos.example" } });
  app.compute.failure = new ComputeError("deadline", "too long");
  const there = await app.request(`${PATH}&onerror=https://photos.example/no.png`);
  assert.equal(there.status, 302);
  assert.equal(there.headers.get("location"), "https://photos.example/no.png");
  app.compute.failure = undefined;
  for (const url of ["https://elsewhere.example/no.png", "javascript:alert(1)", "no.png"]) {
    const refused = await app.request(`${PATH}&onerror=${url}`);
    assert.equal(refused.status, 400);
    assert.match((await refused.json()).detail, /Cannot use onerror=/);
  }
  const wrong = await app.request(`${PATH}&w=0&onerror=https://photos.example/no.png`);
  assert.equal(wrong.status, 400);
});

Deno.test("signed URLs alone are served as soon as there is a key", async () => {
  await using app = await createTestApp({ env: { SIGNING_KEYS: `k1:${KEY}` } });
  const sign = (path: string, expires?: number): Promise<string> =>
    signUrl(path, { kid: "k1", key: KEY }, expires === undefined ? {} : { expires });
  assert.equal((await app.request(await sign(PATH))).status, 200);
  assert.equal((await app.request((await sign(PATH)).replace("mosaic", "waves"))).status, 403);
  assert.equal(await codeOf(app, PATH), "signature_missing");
  const old = await app.request(await sign(PATH, 1000));
  assert.deepEqual([old.status, (await old.json()).code], [410, "url_expired"]);
  const put = { method: "PUT", body: PIXEL, headers: { authorization: `Bearer ${TOKEN}` } };
  assert.equal((await app.request("/v1/styles/mosaic", put)).status, 200);
  const others = [`/v1/info?${URL_OK}`, `/v1/sheet?${URL_OK}&styles=mosaic`, IMAGE];
  for (const path of others) {
    assert.equal(await codeOf(app, path), "signature_missing", path);
    assert.equal((await app.request(await sign(path))).status, 200, path);
  }
});

Deno.test("GET /v1/stylize tags the plain sample as a source", async () => {
  await using app = await createTestApp();
  const response = await app.request("/v1/stylize?url=/sample.jpg&style=none&w=50");
  assert.equal(response.status, 200);
  assert.match(response.headers.get("cache-tag") ?? "", /^src-[\w-]{22}$/);
});

Deno.test("GET /v1/sheet paints one content in many styles", async () => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/sheet?${URL_OK}&styles=mosaic,waves,mosaic&w=64`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("cache-tag") ?? "", /style-mosaic,style-waves/);
  const [job] = app.compute.jobs.filter(({ kind }) => kind === "sheet");
  assert(job?.kind === "sheet");
  assert.deepEqual([job.targets.length, job.columns, job.geometry.width], [3, 2, 64]);
});

Deno.test("GET /v1/sheet bounds its cells as painted pictures are, and their columns by the styles", async () => {
  await using app = await createTestApp({ env: { MAX_SIDE: "128" } });
  await app.request(`/v1/sheet?${URL_OK}&styles=mosaic,waves&columns=24`);
  const [job] = app.compute.jobs.filter(({ kind }) => kind === "sheet");
  assert(job?.kind === "sheet");
  assert.deepEqual([job.columns, job.geometry.maxSide], [2, 128]);
});

Deno.test.each([
  ["", "missing"],
  ["styles=", "ids"],
  [`styles=${"a,".repeat(25)}a`, "24"],
  ["styles=mosaic,,waves", "ids"],
  ["styles=mosaic&columns=0", "columns"],
  ["styles=mosaic&style=waves", "Unknown parameter"],
])("GET /v1/sheet refuses %j", async (query, why) => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/sheet?${URL_OK}&${query}`);
  assert.equal(response.status, 400);
  assert.match((await response.json()).detail, new RegExp(why));
});

Deno.test("GET /v1/info tells what a source is without the model", async () => {
  await using app = await createTestApp();
  const response = await app.request(`/v1/info?${URL_OK}`);
  assert.equal(response.status, 200);
  const info = await response.json();
  assert.deepEqual([info.width, info.height, info.format, info.frames, info.bytes], [
    1,
    1,
    "png",
    1,
    PIXEL.length,
  ]);
  assert.deepEqual(app.compute.jobs.map(({ kind }) => kind), ["describe"]);
});

Deno.test("HEAD /v1/info says what is wrong without work, and promises nothing else", async () => {
  await using app = await createTestApp();
  const head = (query: string) => app.request(`/v1/info?${URL_OK}${query}`, { method: "HEAD" });
  assert.equal((await head("&style=nope")).status, 404);
  const fine = await head("");
  assert.deepEqual([fine.status, fine.headers.get("cache-control")], [200, "no-store"]);
  assert.deepEqual([app.fetched, app.compute.jobs], [[], []]);
  const asked = await app.request(`/v1/info?${URL_OK}&maxage=60s`);
  assert.match(asked.headers.get("cache-control") ?? "", /max-age=60,/);
});

Deno.test("POST /v1/stylize has no conditions, and answers failures as onerror says", async () => {
  await using app = await createTestApp();
  const post = (query: string) =>
    app.request(`/v1/stylize?${query}`, {
      method: "POST",
      body: PIXEL,
      headers: { "if-none-match": "*", "if-match": '"other"' },
    });
  assert.equal((await post("style=mosaic")).status, 200);
  assert.equal((await post("style=nope")).status, 404);
  const plain = await post("style=nope&onerror=original");
  assert.equal(plain.headers.get("pastiche-substitute"), "original");
  assert.match(plain.headers.get("cache-control") ?? "", /^private/);
  assert.equal((await post("style=nope&onerror=https://a.example/b.png")).status, 302);
});

Deno.test("a signed picture is kept no longer than its URL is good", async () => {
  await using app = await createTestApp({ env: { SIGNING_KEYS: `k1:${KEY}` } });
  const expires = Math.floor(Date.now() / 1000) + 100;
  for (const [more, most] of [["", 100], ["&maxage=30d", 100], ["&maxage=60s", 60]] as const) {
    for (const style of ["mosaic", "nope&onerror=original"]) {
      const path = `/v1/stylize?url=https://a.example/b.png&style=${style}${more}`;
      const response = await app.request(await signUrl(path, { kid: "k1", key: KEY }, { expires }));
      assert.equal(response.headers.get("cache-control"), "public");
      const end = Date.parse(response.headers.get("expires") ?? "") / 1000;
      const least = style === "mosaic" ? most : Math.min(most, 60);
      assert(
        end <= expires - 100 + least + 2 && end > expires - 100 + least - 10,
        `${path}: ${end}`,
      );
    }
  }
});

Deno.test("POST /v1/stylize takes content, style and masks as parts of a form", async () => {
  await using app = await createTestApp();
  const form = new FormData();
  form.set("image", new File([PIXEL], "a.png"));
  form.append("mask", new File([PIXEL], "m.png"));
  const response = await app.request("/v1/stylize?style=mosaic,waves", {
    method: "POST",
    body: form,
  });
  assert.equal(response.status, 200);
  assert.equal(app.compute.painted[0]?.target?.masks?.length, 1);
  form.delete("mask");
  form.set("style_image", new File([PIXEL], "s.png"));
  const styled = await app.request("/v1/stylize", { method: "POST", body: form });
  assert.equal(styled.status, 200);
  form.set("extra", "1");
  assert.equal(await codeOf(app, "/v1/stylize", { method: "POST", body: form }), "invalid_body");
});
