import assert from "node:assert/strict";
import { ImageError } from "../../lib/image/mod.ts";
import { SourceError } from "../../lib/source/mod.ts";
import { createTestApp, PIXEL } from "../fakes/services.ts";

const GOOD = "https://example.com/good.png";
const PAGE = "https://example.com/page.html";
const GONE = "https://example.com/gone.png";
const HUGE = "https://example.com/huge.png";
const MARKUP = new TextEncoder().encode("<html></html>");
const REFUSED = "These bytes are a page of markup: send JPEG, PNG, WebP, AVIF, GIF or TIFF";

/** The pixel, with a header that tells of 20,000 by 20,000. */
const huge = Uint8Array.from(PIXEL);
new DataView(huge.buffer).setUint32(16, 20_000);
new DataView(huge.buffer).setUint32(20, 20_000);

function fetchSource(url: string): Promise<Uint8Array<ArrayBuffer>> {
  if (url === PAGE) return Promise.resolve(MARKUP);
  if (url === HUGE) return Promise.resolve(huge);
  if (url === GOOD) return Promise.resolve(PIXEL);
  return Promise.reject(new SourceError("not_found", "gone", { upstreamStatus: 404 }));
}

Deno.test.each([
  [`url=${GONE}&style=mosaic`, 404, "url: gone"],
  [`url=${PAGE}&style_url=${GOOD}`, 415, `url: ${REFUSED}`],
  [`url=${GOOD}&style_url=${GONE}`, 404, "style_url: gone"],
  [`url=${GOOD}&style_url=${PAGE}`, 415, `style_url: ${REFUSED}`],
  [`url=${GOOD}&style=mosaic,waves&mask=${PAGE}`, 415, `mask 1: ${REFUSED}`],
  [`url=${GOOD}&style=mosaic,waves&mask=${GONE}`, 404, "mask 1: gone"],
  [`url=${GOOD}&style=mosaic,waves&mask=${GOOD}&mask=${GONE}`, 404, "mask 2: gone"],
])(
  "GET /v1/stylize?%s answers %i and names the picture",
  // The other pictures may still be hashed when the answer comes.
  { sanitizeOps: false },
  async (query, status, detail) => {
    await using app = await createTestApp({ fetchSource });
    const response = await app.request(`/v1/stylize?${query}`);
    assert.equal(response.status, status);
    const problem = await response.json();
    assert.equal(problem.detail, detail);
    assert.equal(problem.upstream_status, status === 404 ? 404 : undefined);
  },
);

Deno.test("GET /v1/stylize names the one of two that wait for the same source", async () => {
  await using app = await createTestApp({ fetchSource });
  const response = await app.request(`/v1/stylize?url=${GONE}&style_url=${GONE}`);
  assert.equal((await response.json()).detail, "url: gone");
});

Deno.test.each([
  ["image", "style_image"],
  ["style_image", "image"],
])("POST /v1/stylize refuses a bad part %s and names it", async (bad, good) => {
  await using app = await createTestApp();
  const body = new FormData();
  body.set(bad, new Blob([MARKUP]));
  body.set(good, new Blob([PIXEL]));
  const response = await app.request("/v1/stylize", { method: "POST", body });
  assert.equal(response.status, 415);
  assert.equal((await response.json()).detail, `${bad}: ${REFUSED}`);
});

Deno.test("POST /v1/stylize fetches no style for an upload that is no picture", async () => {
  await using app = await createTestApp();
  const path = `/v1/stylize?style_url=${GOOD}`;
  const response = await app.request(path, { method: "POST", body: MARKUP });
  assert.equal(response.status, 415);
  assert.deepEqual(app.fetched, []);
});

Deno.test("GET /v1/stylize names the style whose pixels cannot be read", async () => {
  await using app = await createTestApp({ fetchSource });
  app.compute.failure = new ImageError("corrupt_image", "The PNG is damaged");
  const response = await app.request(`/v1/stylize?url=/sample.jpg&style_url=${GOOD}`);
  assert.equal(response.status, 422);
  assert.equal((await response.json()).detail, "style_url: The PNG is damaged");
});

Deno.test.each([
  ["url", `/v1/stylize?url=${GOOD}&style=none`],
  ["url", `/v1/sheet?url=${GOOD}&styles=mosaic`],
  ["url", `/v1/info?url=${GOOD}`],
  ["image", "/v1/stylize?style=mosaic"],
])("a job knows its picture as %s of %s", async (name, path) => {
  await using app = await createTestApp({ fetchSource });
  const init = name === "image" ? { method: "POST", body: PIXEL } : {};
  assert.equal((await app.request(path, init)).status, 200);
  const job = app.compute.jobs.find(({ kind }) => kind !== "analyze");
  assert(job && job.kind !== "analyze");
  assert.equal(job.name, name);
});

Deno.test.each([
  ["url", `url=${HUGE}&style=mosaic`],
  ["style_url", `url=${GOOD}&style_url=${HUGE}`],
  ["mask 2", `url=${GOOD}&style=mosaic,waves&mask=${GOOD}&mask=${HUGE}`],
])("GET /v1/stylize refuses by its header %s of too many pixels", async (name, query) => {
  await using app = await createTestApp({ fetchSource });
  const response = await app.request(`/v1/stylize?${query}`);
  assert.equal(response.status, 422);
  assert((await response.json()).detail.startsWith(`${name}: `));
  assert.deepEqual(app.compute.jobs, []);
});
