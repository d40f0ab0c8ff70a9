import assert from "node:assert/strict";
import { ConfigError, loadConfig } from "../../lib/config.ts";
import { DEFAULT_SOURCE_POLICY } from "../../lib/source/mod.ts";
import { loadPresets } from "../../routes/load_presets.ts";
import { createTestApp, PIXEL, type TestApp } from "../fakes/services.ts";

const URL_OK = "url=https://photos.example/cat.jpg";
const PATH = `/v1/stylize?${URL_OK}&style=mosaic`;

async function codeOf(app: TestApp, path: string, init?: RequestInit): Promise<string> {
  return (await (await app.request(path, init)).json()).code;
}

/** Reads presets from a file. */
async function load(presets: unknown): Promise<Awaited<ReturnType<typeof loadPresets>>> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, JSON.stringify(presets));
    const config = loadConfig((name) => name === "PRESETS_FILE" ? file : undefined);
    return await loadPresets({ config, sourcePolicy: DEFAULT_SOURCE_POLICY });
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("GET /v1/stylize with a preset means its parameters", async () => {
  const presets = new Map([["card", { style: "mosaic", w: "320", alpha: "0.5" }]]);
  await using app = await createTestApp({ presets });
  const etag = async (query: string): Promise<string | null> =>
    (await app.request(`/v1/stylize?${URL_OK}&${query}`)).headers.get("etag");
  assert.equal(await etag("preset=card"), await etag("style=mosaic&w=320&alpha=0.5"));
  assert.equal(await etag("preset=card&w=99"), await etag("style=mosaic&w=99&alpha=0.5"));
});

Deno.test("GET /v1/stylize answers 404 for an unknown preset", async () => {
  await using app = await createTestApp();
  assert.equal(await codeOf(app, `${PATH}&preset=unknown`), "unknown_preset");
});

Deno.test("GET /v1/stylize serves presets only where nothing else is allowed", async () => {
  const presets = new Map([["card", { style: "mosaic" }]]);
  await using app = await createTestApp({ presets, env: { PRESETS_ONLY: "true" } });
  assert.equal((await app.request(`/v1/stylize?${URL_OK}&preset=card`)).status, 200);
  assert.equal(await codeOf(app, PATH), "invalid_parameter");
  for (const more of ["w=5", "mask=https://photos.example/mask.png"]) {
    assert.equal(
      await codeOf(app, `/v1/stylize?${URL_OK}&preset=card&${more}`),
      "invalid_parameter",
    );
  }
  for (const part of ["mask", "style_image"]) {
    const body = new FormData();
    body.set("image", new File([PIXEL], "a.png"));
    body.set(part, new File([PIXEL], "b.png"));
    const init = { method: "POST", body };
    assert.equal(await codeOf(app, "/v1/stylize?preset=card", init), "invalid_parameter", part);
  }
  assert.equal((await app.request(`/v1/info?${URL_OK}`)).status, 200);
  assert.match(await (await app.request("/")).text(), /data-presets="card"/);
});

Deno.test("GET /v1/styles/{id}/image paints nothing where only presets are allowed", async () => {
  await using app = await createTestApp({ env: { PRESETS_ONLY: "true" } });
  const model = { name: "fast", version: "v1", channels: 4 };
  const statistics = { mean: new Float32Array(4), std: new Float32Array(4).fill(1) };
  const options = { metadata: { title: "A painting" }, version: "p", model };
  await app.catalog.putStatistics("painting", statistics, options);
  assert.equal(await codeOf(app, "/v1/styles/painting/image"), "invalid_parameter");
  assert.deepEqual(app.compute.jobs, []);
  await app.catalog.put("drawn", PIXEL, { metadata: { title: "Drawn" }, origin: "user", model });
  assert.equal((await app.request("/v1/styles/drawn/image")).status, 200);
});

Deno.test("a style of the query takes the place of a preset's, whatever its kind", async () => {
  const presets = new Map([["card", { style: "mosaic", w: "320" }]]);
  await using app = await createTestApp({ presets });
  const path = `/v1/stylize?${URL_OK}&preset=card&style_url=https://photos.example/style.jpg`;
  assert.equal((await app.request(path)).status, 200);
  assert.equal(app.compute.painted[0]?.geometry.width, 320);
  const body = new FormData();
  body.set("image", new File([PIXEL], "a.png"));
  body.set("style_image", new File([PIXEL], "s.png"));
  const posted = await app.request("/v1/stylize?preset=card", { method: "POST", body });
  assert.equal(posted.status, 200);
});

Deno.test("loadPresets() reads what a query may say, with a style or without", async () => {
  const presets = {
    card: { style: "mosaic:2,waves", w: "320" },
    small: { width: "64" },
    fetched: { style_url: "https://photos.example/style.jpg" },
  };
  assert.deepEqual(
    await load(presets),
    new Map(Object.entries({ ...presets, small: { w: "64" } })),
  );
});

Deno.test.each([
  ["a wrong number", { w: "0" }],
  ["a wrong blend", { style: "a:1:2" }],
  ["two styles", { style: "mosaic", style_url: "https://photos.example/style.jpg" }],
  ["a wrong substitute", { onerror: "foo" }],
  ["frames in a still format", { frames: "all", fm: "png" }],
  ["a source", { url: "https://photos.example/cat.jpg" }],
  ["a number that is no text", { w: 64 }],
])("loadPresets() refuses %s", async (_, preset) => {
  await assert.rejects(load({ card: preset }), (error) => {
    assert(error instanceof ConfigError);
    assert.match(error.message, /PRESETS_FILE.*/);
    return true;
  });
});
