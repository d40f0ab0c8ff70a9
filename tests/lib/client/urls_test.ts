import assert from "node:assert/strict";
import {
  type BlendStyle,
  canonicalTarget,
  infoUrl,
  sheetUrl,
  type StylizeParameters,
  stylizeUrl,
  writeStyle,
} from "../../../lib/client/mod.ts";
import { loadConfig } from "../../../lib/config.ts";
import { DEFAULT_SOURCE_POLICY } from "../../../lib/source/mod.ts";
import { parseSheetQuery } from "../../../routes/sheet_query.ts";
import { parseStylizeQuery } from "../../../routes/stylize_query.ts";

const BASE = "https://img.example.org";
const CAT = { url: "https://example.com/cat.jpg", style: "mosaic" } as const;

/** The query of a URL, decoded and without the two parameters that all cases have. */
function rest(parameters: Partial<StylizeParameters>): string {
  // The spread of a union keeps one of its members: style is always there.
  const url = new URL(stylizeUrl(BASE, { ...CAT, ...parameters } as StylizeParameters));
  return [...url.searchParams].filter(([name, value]) =>
    name !== "url" && !(name === "style" && value === "mosaic")
  ).map((pair) => pair.join("=")).join("&");
}

const VALID: readonly (readonly [Partial<StylizeParameters>, string])[] = [
  [{}, ""],
  [{ alpha: 0.1 + 0.2 }, "alpha=0.3"],
  [{ alpha: 1e-9 }, "alpha=0"],
  [{ alpha: 1, fit: "inside", g: "center", dpr: 1, fm: "auto", frames: 1, color: "style" }, ""],
  [{ onerror: "error", download: false, model: undefined }, ""],
  [{ w: 320, h: 200, fit: "cover" }, "fit=cover&h=200&w=320"],
  [{ w: 16_383 }, "w=16383"],
  [{ g: { x: 0.25, y: 1 } }, "g=0.25,1"],
  [{ g: "attention", dpr: 1.5 }, "dpr=1.5&g=attention"],
  [{ bg: "#FFAA00", fit: "contain" }, "bg=ffaa00&fit=contain"],
  [{ fm: "avif", q: 50 }, "fm=avif&q=50"],
  [{ model: "fast" }, "model=fast"],
  [{ preset: "card", alpha: 1 }, "alpha=1&preset=card"],
  [{ maxage: "30d", onerror: "original" }, "maxage=30d&onerror=original"],
  [{ onerror: new URL("https://example.com/x.png") }, "onerror=https://example.com/x.png"],
  [{ filename: 'ü "x".png', download: true }, 'download=1&filename=ü "x".png'],
  [{ frames: "all", color: "content" }, "color=content&frames=all"],
  [{ frames: "all", fm: "gif" }, "fm=gif&frames=all"],
  [{ mask: "https://example.com/m.png" }, "mask=https://example.com/m.png"],
  [
    { mask: ["https://example.com/b", new URL("https://example.com/a")] },
    "mask=https://example.com/b&mask=https://example.com/a",
  ],
];

Deno.test.each(VALID)("stylizeUrl() writes %j", (parameters, expected) => {
  assert.equal(rest(parameters), expected);
});

const INVALID: readonly (readonly [unknown, RegExp])[] = [
  [{ ...CAT, alpha: 1.1 }, /alpha.*from 0 to 1, received 1\.1/],
  [{ ...CAT, alpha: NaN }, /alpha.*NaN/],
  [{ ...CAT, w: 0 }, /w.*whole number from 1.*received 0/],
  [{ ...CAT, h: 1.5 }, /h.*whole number/],
  [{ ...CAT, dpr: 5 }, /dpr.*from 1 to 4/],
  [{ ...CAT, q: 101 }, /q.*from 1 to 100/],
  [{ ...CAT, g: { x: 2, y: 0 } }, /g\.x/],
  [{ ...CAT, width: 3 }, /Unknown parameter "width"/],
  [{ ...CAT, styleUrl: "https://example.com/s" }, /exclude each other/],
  [{ url: CAT.url }, /style, styleUrl or preset is missing/],
  [{ style: "mosaic" }, /url is missing/],
  [{ url: "", style: "mosaic" }, /url is missing/],
  [{ ...CAT, styles: ["a"] }, /Unknown parameter "styles"/],
  [{ ...CAT, frames: "all", fm: "avif" }, /fm.*auto, webp, gif with all frames, received "avif"/],
];

const WRONG_TYPES: readonly (readonly [unknown, RegExp])[] = [
  [{ ...CAT, alpha: "0.5" }, /alpha.*a number from 0 to 1, received "0\.5"/],
  [{ ...CAT, w: "320" }, /w.*whole number from 1 to 16383, received "320"/],
  [{ ...CAT, url: 5 }, /url.*an absolute http\(s\) URL, received 5/],
  [{ ...CAT, bg: 0xffffff }, /bg.*a colour in hexadecimal.*received 16777215/],
  [{ ...CAT, g: null }, /g.*point \{ x, y \}, received null/],
  [{ ...CAT, g: {} }, /g\.x.*received undefined/],
  [{ ...CAT, fit: {} }, /fit.*one of inside, .*received an object/],
  [{ ...CAT, download: "false" }, /download.*true or false, received "false"/],
  [null, /parameters.*an object, received null/],
  [{ ...CAT, mask: [null] }, /mask.*received null/],
  [{ ...CAT, style: null }, /style.*an id, a record of weights, or a list, received null/],
  [{ ...CAT, style: { mosaic: "1" } }, /the weight of "mosaic".*received "1"/],
  [{ ...CAT, style: ["a", null] }, /Cannot blend "null"/],
];

Deno.test.each(WRONG_TYPES)("stylizeUrl() refuses %j in its own words", (parameters, message) => {
  const build = () => stylizeUrl(BASE, parameters as StylizeParameters);
  assert.throws(build, (error) => {
    assert(error instanceof TypeError || error instanceof RangeError);
    assert.match(error.message, /^Cannot (?:use|blend) /);
    assert.match(error.message, message);
    return true;
  });
});

Deno.test.each(INVALID)("stylizeUrl() refuses %j", (parameters, error) => {
  // What a caller without types may give.
  assert.throws(() => stylizeUrl(BASE, parameters as StylizeParameters), error);
});

function parse(url: string): ReturnType<typeof parseStylizeQuery> {
  return parseStylizeQuery(new URL(url, BASE).searchParams, {
    config: loadConfig(() => undefined),
    presets: new Map([["card", {}]]),
    sourcePolicy: DEFAULT_SOURCE_POLICY,
    autoFormat: "auto",
  });
}

Deno.test("stylizeUrl() writes only what the route takes", () => {
  for (const [parameters] of VALID.filter(([{ mask }]) => mask === undefined)) {
    assert.doesNotThrow(() =>
      parse(stylizeUrl("", { ...CAT, ...parameters } as StylizeParameters))
    );
  }
});

Deno.test("stylizeUrl() is canonical already", () => {
  for (const [parameters] of VALID) {
    const url = stylizeUrl("", { ...CAT, ...parameters } as StylizeParameters);
    assert.equal(canonicalTarget(url), url);
  }
});

Deno.test("stylizeUrl() takes bases with and without a path", () => {
  const tail = "/v1/stylize?style=mosaic&url=https%3A%2F%2Fexample.com%2Fcat.jpg";
  for (
    const [base, start] of [["", ""], ["/", ""], [`${BASE}/`, BASE], [`${BASE}/a/`, `${BASE}/a`]]
  ) {
    assert.equal(stylizeUrl(base ?? "", CAT), `${start}${tail}`);
  }
  assert.equal(stylizeUrl(new URL(BASE), CAT), `${BASE}${tail}`);
  assert.throws(() => stylizeUrl(`${BASE}?a=b`, CAT), /must have no query/);
  // @ts-expect-error: no base
  assert.throws(() => stylizeUrl(undefined, CAT), /base.*a text or a URL, received undefined/);
});

Deno.test("stylizeUrl() carries URLs in any script unchanged", () => {
  const url = "https://bücher.example/猫 & 犬.jpg?x=1&y=%2F+#😀";
  assert.equal(new URL(stylizeUrl(BASE, { ...CAT, url })).searchParams.get("url"), url);
});

Deno.test("stylizeUrl() writes what the route understands", () => {
  const url = stylizeUrl(BASE, {
    url: "/sample.jpg",
    style: { waves: 3, mosaic: 1 },
    alpha: 0.5,
    w: 320,
    h: 200,
    fit: "cover",
    g: { x: 0.25, y: 1 },
    dpr: 1.5,
    fm: "webp",
    q: 80,
    color: "content",
    model: "fast",
  });
  const { request } = parse(url);
  assert.deepEqual(request.style, {
    kind: "catalog",
    styles: [{ id: "mosaic", weight: 0.25 }, { id: "waves", weight: 0.75 }],
  });
  assert.equal(request.alpha, 0.5);
  assert.deepEqual(request.geometry.gravity, { x: 0.25, y: 1 });
  assert.equal(request.geometry.dpr, 1.5);
  assert.deepEqual(request.output, { format: "webp", quality: 80 });
});

const BLENDS: readonly (readonly [BlendStyle, string])[] = [
  ["none", "none"],
  [["none"], "none"],
  ["a:1,b:2", "a:1,b:2"],
  [["a"], "a"],
  [["b", "a"], "a,b"],
  [{ b: 0.6, a: 0.4 }, "a:0.4,b:0.6"],
  [{ b: 2, a: 2 }, "a,b"],
  [{ a: 5 }, "a"],
  [[["b", 1 / 3], "a"], "a:1,b:0.333333"],
];

Deno.test.each(BLENDS)("writeStyle() writes %j as %s", (style, expected) => {
  assert.equal(writeStyle(style), expected);
});

const BAD_BLENDS: readonly (readonly [BlendStyle, RegExp])[] = [
  [[], /Cannot blend 0 styles/],
  [{}, /Cannot blend 0 styles/],
  [Array.from("abcdefghi"), /Cannot blend 9 styles: 1 to 8/],
  [["A"], /"A".*not the id/],
  [["a,b"], /not the id/],
  [["a", "none"], /"none".*not the id/],
  ["a b", /style.*an id, or a blend of up to 8.*received "a b"/],
  [["a", ["a", 2]], /itself/],
  [{ a: -1, b: 1 }, /"a".*-1/],
  [{ a: NaN }, /NaN/],
  [{ a: Infinity }, /Infinity/],
  [{ a: 0, b: 0 }, /all 0/],
];

Deno.test.each(BAD_BLENDS)("writeStyle() refuses %j", (style, error) => {
  assert.throws(() => writeStyle(style), error);
});

Deno.test("stylizeUrl() keeps the styles' order where masks refer to it", () => {
  const blend = { style: ["b", "a"], mask: "https://example.com/m.png" };
  assert.match(stylizeUrl("", { url: CAT.url, ...blend }), /style=b%2Ca/);
});

Deno.test("sheetUrl() writes the styles in their order", () => {
  assert.equal(
    sheetUrl("", { url: "/sample.jpg", styles: ["waves", "mosaic"], w: 200 }),
    "/v1/sheet?styles=waves%2Cmosaic&url=%2Fsample.jpg&w=200",
  );
  assert.throws(() => sheetUrl("", { url: "/sample.jpg", styles: [] }), /styles is empty/);
});

Deno.test("sheetUrl() writes what the route understands, and nothing else", () => {
  const sheet = { url: "/sample.jpg", styles: ["waves", "mosaic", "crayon"] } as const;
  const url = sheetUrl(BASE, { ...sheet, columns: 3, w: 200, alpha: 0.5, fm: "png" });
  const { request } = parseSheetQuery(new URL(url).searchParams, {
    config: loadConfig(() => undefined),
    presets: new Map(),
    sourcePolicy: DEFAULT_SOURCE_POLICY,
    autoFormat: "auto",
  });
  assert.deepEqual([request.columns, request.styles], [3, sheet.styles]);
  for (const columns of [0, 25, 1.5]) {
    assert.throws(() => sheetUrl(BASE, { ...sheet, columns }), /columns.*from 1 to 24/);
  }
  // @ts-expect-error: sheets redirect nowhere
  assert.throws(() => sheetUrl(BASE, { ...sheet, onerror: "original" }), /Unknown.*"onerror"/);
  const styles = Array.from({ length: 25 }, (_, i) => `s${i}`);
  assert.throws(() => sheetUrl(BASE, { ...sheet, styles }), /styles.*ids of up to 24/);
  assert.doesNotThrow(() => sheetUrl(BASE, { ...sheet, styles: styles.slice(1) }));
  assert.throws(() => sheetUrl(BASE, { ...sheet, styles: ["a b"] }), /styles.*a list of ids/);
  // @ts-expect-error: no list
  assert.throws(() => sheetUrl(BASE, { ...sheet, styles: "a,b" }), /styles.*a list of ids/);
});

Deno.test("infoUrl() needs no style", () => {
  const picture = { url: "/sample.jpg" } as const;
  assert.equal(infoUrl(BASE, picture), `${BASE}/v1/info?url=%2Fsample.jpg`);
  assert.equal(
    infoUrl("", { ...picture, styleUrl: new URL("https://example.com/s") }),
    "/v1/info?style_url=https%3A%2F%2Fexample.com%2Fs&url=%2Fsample.jpg",
  );
  // @ts-expect-error: facts have no substitute
  assert.throws(() => infoUrl("", { ...picture, onerror: "original" }), /Unknown.*"onerror"/);
  // @ts-expect-error: facts are no file
  assert.throws(() => infoUrl("", { ...picture, download: true }), /Unknown.*"download"/);
});

Deno.test("stylizeUrl() has types that know the parameters' values", () => {
  const builds = [
    // @ts-expect-error: no such way to fill a box
    () => stylizeUrl("", { ...CAT, fit: "stretch" }),
    // @ts-expect-error: no such format
    () => stylizeUrl("", { ...CAT, fm: "bmp" }),
    // @ts-expect-error: no unit
    () => stylizeUrl("", { ...CAT, maxage: "10" }),
    // @ts-expect-error: no address
    () => stylizeUrl("", { ...CAT, onerror: "nothing" }),
    // @ts-expect-error: a corner is spelled with a hyphen
    () => stylizeUrl("", { ...CAT, g: "topLeft" }),
  ];
  for (const build of builds) assert.throws(build, TypeError);
});
