import assert from "node:assert/strict";
import {
  createSigner,
  escapeHtml,
  pictureMarkup,
  signedPictureMarkup,
  signedSrcset,
  srcset,
  srcsetCandidates,
  type SrcsetSteps,
} from "../../../lib/client/mod.ts";
import { parseKeys, verify } from "../../../lib/signing/mod.ts";

const PICTURE = { url: "/sample.jpg", style: "mosaic" } as const;
const URL_START = "/v1/stylize?";
const URL_END = "style=mosaic&url=%2Fsample.jpg";
const KEY = { kid: "k1", key: "0f".repeat(32) } as const;

Deno.test("srcset() lists widths from the smallest, each once", () => {
  assert.equal(
    srcset("", PICTURE, { widths: [640, 320, 640] }),
    `${URL_START}${URL_END}&w=320 320w, ${URL_START}${URL_END}&w=640 640w`,
  );
});

Deno.test("srcset() keeps the proportion of w and h", () => {
  assert.equal(
    srcset("", { ...PICTURE, w: 300, h: 200, fit: "cover" }, { widths: [150, 1] }),
    `${URL_START}fit=cover&h=1&${URL_END}&w=1 1w, ` +
      `${URL_START}fit=cover&h=100&${URL_END}&w=150 150w`,
  );
});

Deno.test("srcset() of widths has no other density, so that each width is true", () => {
  const plain = srcset("", PICTURE, { widths: [20] });
  assert.equal(srcset("", { ...PICTURE, dpr: 2 }, { widths: [20] }), plain);
  const preset = srcset("", { url: "/sample.jpg", preset: "card" }, { widths: [20] });
  assert.equal(preset, `${URL_START}dpr=1&preset=card&url=%2Fsample.jpg&w=20 20w`);
  const markup = pictureMarkup("", { ...PICTURE, dpr: 2 }, { widths: [20], alt: "" });
  assert.doesNotMatch(markup, /dpr/);
});

Deno.test("srcset() lists densities", () => {
  assert.equal(
    srcset("", { ...PICTURE, h: 90 }, { densities: [2, 1, 1.5] }),
    `${URL_START}h=90&${URL_END} 1x, ${URL_START}dpr=1.5&h=90&${URL_END} 1.5x, ` +
      `${URL_START}dpr=2&h=90&${URL_END} 2x`,
  );
});

const BAD_STEPS: readonly (readonly [SrcsetSteps, RegExp])[] = [
  [{ widths: [] }, /without widths or densities/],
  [{ densities: [] }, /without widths or densities/],
  [{ widths: [0] }, /w.*whole number/],
  [{ widths: [10.5] }, /w.*whole number/],
  [{ densities: [5] }, /dpr.*1 to 4/],
];

Deno.test("srcset() and pictureMarkup() refuse what is no list", () => {
  // @ts-expect-error: no list
  assert.throws(() => srcset("", PICTURE, { widths: 9 }), /widths.*a list of numbers, received 9/);
  const options = { widths: [9], alt: "", formats: "webp" };
  // @ts-expect-error: no list
  assert.throws(() => pictureMarkup("", PICTURE, options), /formats.*a list/);
});

Deno.test.each(BAD_STEPS)("srcset() refuses %j", (steps, error) => {
  assert.throws(() => srcset("", PICTURE, steps), error);
});

Deno.test("markup of nothing is refused in words of its own", () => {
  const message = /^TypeError: Cannot use .*: it must be an object, received (?:undefined|null)$/;
  // @ts-expect-error: no steps
  assert.throws(() => srcset("", PICTURE, undefined), message);
  // @ts-expect-error: no picture
  assert.throws(() => srcset("", null, { widths: [9] }), message);
  // @ts-expect-error: no options
  assert.throws(() => pictureMarkup("", PICTURE), message);
});

Deno.test("srcset() refuses widths with h alone", () => {
  assert.throws(() => srcset("", { ...PICTURE, h: 9 }, { widths: [9] }), /give w beside it/);
});

Deno.test("srcset() holds no comma or space inside a URL", () => {
  const url = "https://example.com/a, b 2x,.jpg,";
  for (const one of srcsetCandidates("", { url, style: ["a", "b"] }, { widths: [1, 2] })) {
    assert.doesNotMatch(one.url, /[\s,]/);
  }
});

Deno.test("signedSrcset() signs every choice", async () => {
  const sign = createSigner(KEY);
  const text = await signedSrcset("", PICTURE, { widths: [10, 20], sign });
  const choices = text.split(", ").map((choice) => choice.split(" "));
  assert.deepEqual(choices.map(([, descriptor]) => descriptor), ["10w", "20w"]);
  for (const [url = ""] of choices) {
    assert.equal(await verify(url, parseKeys(`${KEY.kid}:${KEY.key}`), 0), "ok");
  }
});

Deno.test("pictureMarkup() offers avif, webp, then jpeg as the image", () => {
  const markup = pictureMarkup("", PICTURE, { densities: [1], alt: "A cat" });
  const url = (fm: string) => `/v1/stylize?fm=${fm}&#38;style=mosaic&#38;url=%2Fsample.jpg`;
  assert.equal(
    markup,
    [
      "<picture>",
      `  <source type="image/avif" srcset="${url("avif")} 1x">`,
      `  <source type="image/webp" srcset="${url("webp")} 1x">`,
      `  <img src="${url("jpeg")}" srcset="${url("jpeg")} 1x" alt="A cat" loading="lazy" ` +
      'decoding="async">',
      "</picture>",
    ].join("\n"),
  );
});

Deno.test("pictureMarkup() of all frames offers webp and gif, and refuses other formats", () => {
  const all = { ...PICTURE, frames: "all" } as const;
  const markup = pictureMarkup("", all, { densities: [1], alt: "" });
  const formats = [...markup.matchAll(/[?]fm=(\w+)&#38;frames=all/g)].map(([, format]) => format);
  assert.deepEqual(formats, ["webp", "gif", "gif"]);
  for (const format of ["avif", "jpeg", "png"] as const) {
    const options = { densities: [1], alt: "", formats: ["webp", format] } as const;
    assert.throws(() => pictureMarkup("", all, options), /fm.*auto, webp, gif with all frames/);
  }
});

Deno.test("pictureMarkup() writes sizes only with widths, and the attributes that are given", () => {
  const markup = pictureMarkup("", PICTURE, {
    widths: [20, 10],
    alt: "",
    sizes: "(min-width: 40em) 50vw, 100vw",
    formats: ["webp", "png"],
    className: "hero",
    width: 20,
    height: 10,
    loading: "eager",
  });
  assert.equal(markup.match(/sizes="\(min-width: 40em\) 50vw, 100vw"/g)?.length, 2);
  assert.match(markup, /src="[^"]*w=10"/);
  assert.match(markup, /alt="" width="20" height="10" class="hero" loading="eager"/);
  assert.doesNotMatch(markup, /avif|jpeg/);
  assert.match(pictureMarkup("", PICTURE, { widths: [1], alt: "" }), /sizes="100vw"/);
  assert.throws(() => pictureMarkup("", PICTURE, { widths: [1], alt: "", formats: [] }), /formats/);
});

const HOSTILE = `"><script>alert('x')</script>&amp;`;

Deno.test("pictureMarkup() escapes every value", () => {
  const url = `https://example.com/${HOSTILE}`;
  const markup = pictureMarkup(`https://img.example.org/"><b>`, { url, style: "mosaic" }, {
    widths: [1],
    alt: HOSTILE,
    sizes: HOSTILE,
    className: HOSTILE,
  });
  const tags = markup.match(/<[^>]*>/g) ?? [];
  assert.deepEqual(
    tags.map((tag) => /^<\/?[a-z]+/.exec(tag)?.[0]),
    ["<picture", "<source", "<source", "<img", "</picture"],
  );
  assert.equal(markup.replace(/<[^>]*>/g, "").trim(), "");
  assert.equal(
    escapeHtml(HOSTILE),
    "&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;amp;",
  );
});

Deno.test("signedPictureMarkup() signs every URL, and src as the srcset's first", async () => {
  const markup = await signedPictureMarkup("https://img.example.org", PICTURE, {
    widths: [10, 20],
    alt: "",
    sign: createSigner(KEY, { expires: 2000 }),
  });
  const urls = markup.match(/https:[^\s"]+/g) ?? [];
  assert.equal(urls.length, 7);
  for (const escaped of urls) {
    const { pathname, search } = new URL(escaped.replaceAll("&#38;", "&"));
    const keys = parseKeys(`${KEY.kid}:${KEY.key}`);
    assert.equal(await verify(pathname + search, keys, 1999), "ok");
    assert.equal(await verify(pathname + search, keys, 2000), "expired");
  }
});
