import assert from "node:assert/strict";
import { type StylizeParameters, stylizeUrl } from "../../../lib/client/mod.ts";
import { loadConfig } from "../../../lib/config.ts";
import { DEFAULT_SOURCE_POLICY } from "../../../lib/source/mod.ts";
import { RequestError } from "../../../routes/errors.ts";
import { parseStylizeQuery } from "../../../routes/stylize_query.ts";

const CAT = { url: "https://example.com/cat.jpg", style: "mosaic" } as const;

function build(name: string, text: string): string {
  // What a caller without types may give.
  return stylizeUrl("", { ...CAT, [name]: text } as StylizeParameters);
}

function parse(name: string, text: string): unknown {
  return parseStylizeQuery(Object.entries({ ...CAT, [name]: text }), {
    config: loadConfig(() => undefined),
    presets: new Map(),
    sourcePolicy: DEFAULT_SOURCE_POLICY,
    autoFormat: "auto",
  });
}

const BAD_TEXTS: readonly (readonly [keyof StylizeParameters, string])[] = [
  ["color", "contents"],
  ["fit", "stretch"],
  ["g", "topLeft"],
  ["bg", ""],
  ["bg", "red"],
  ["fm", "bmp"],
  ["model", "../fast"],
  ["preset", ""],
  ["maxage", "1.5h"],
  ["maxage", "-1h"],
  ["maxage", "59s"],
  ["maxage", "366d"],
  ["maxage", "10"],
  ["filename", ""],
  ["filename", "a/b"],
  ["filename", "a\u0001b"],
  ["filename", "x".repeat(151)],
  ["frames", "2"],
  ["onerror", "nothing"],
  ["style", ""],
  ["style", "Foo Bar"],
  ["style", "mosaic:"],
  ["style", "mosaic:1e3"],
  ["style", "none,mosaic"],
  ["style", "none:0.5"],
  ["style", "a,b,c,d,e,f,g,h,i"],
];

Deno.test.each(BAD_TEXTS)("%s=%j is refused, as by the route", (name, text) => {
  assert.throws(() => build(name, text), {
    name: "TypeError",
    message: new RegExp(`^Cannot use ${name}: it must be .*, received "`),
  });
  assert.throws(() => parse(name, text), RequestError);
});

const BAD_ADDRESSES: readonly (readonly [keyof StylizeParameters, string])[] = [
  ["url", "photos/cat.jpg"],
  ["url", "/cat.jpg"],
  ["url", "ftp://example.com/cat.jpg"],
  ["mask", ""],
];

Deno.test.each(BAD_ADDRESSES)("%s=%j is no address of a picture", (name, text) => {
  assert.throws(() => build(name, text), {
    name: "TypeError",
    message: new RegExp(`^Cannot use ${name}: it must be /sample.jpg or an absolute http`),
  });
});

const GOOD_TEXTS: readonly (readonly [keyof StylizeParameters, string])[] = [
  ["g", "top-left"],
  ["bg", "#Fa0"],
  ["fm", "jpg"],
  ["maxage", "60s"],
  ["maxage", "365d"],
  ["filename", "x".repeat(150)],
  ["onerror", "https://example.com/none.png"],
  ["style", "none"],
  ["style", "oil-strokes:.5,mosaic"],
];

Deno.test.each(GOOD_TEXTS)("%s=%j is taken, as by the route", (name, text) => {
  assert.doesNotThrow(() => build(name, text));
  assert.doesNotThrow(() => parse(name, text));
});
