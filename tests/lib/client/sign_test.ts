import assert from "node:assert/strict";
import { createSigner, signUrl } from "../../../lib/client/mod.ts";
import { parseKeys, verify } from "../../../lib/signing/mod.ts";

const HEX = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const KEY = { kid: "k1", key: HEX } as const;
const KEYS = parseKeys(`k1:${HEX}`);
const EXPIRES = 1_800_000_000;

Deno.test.each([
  ["https://img.example.org", "/sub", "/v1/info?url=/sample.jpg"],
  ["", "/sub", "/v1/info?url=/sample.jpg"],
  ["https://img.example.org", "/v1/img", "/v1/sheet?url=/sample.jpg&styles=a"],
  ["https://img.example.org", "/v1/styles", "/v1/styles/mosaic/image?w=64"],
  ["https://img.example.org", "", "/v1/styles/v1/image"],
])("signUrl() signs %s%s%s from the service's own path on", async (origin, folder, path) => {
  const signed = await signUrl(`${origin}${folder}${path}`, KEY);
  assert.equal(signed.slice(0, origin.length + folder.length), `${origin}${folder}`);
  assert.equal(await verify(signed.slice(origin.length + folder.length), KEYS, 0), "ok");
});

Deno.test("signUrl() replaces an earlier signature and keeps the URL's own expires", async () => {
  const first = await signUrl("https://img.example.org/v1/info?url=/sample.jpg", {
    kid: "old",
    key: "aa".repeat(16),
  }, { expires: 100 });
  const second = await signUrl(first, KEY);
  const { origin, pathname, search, searchParams } = new URL(second);
  assert.equal(origin, "https://img.example.org");
  assert.deepEqual([...searchParams.keys()], ["expires", "kid", "url", "sig"]);
  assert.equal(await verify(pathname + search, KEYS, 99), "ok");
  assert.equal(await verify(pathname + search, KEYS, 100), "expired");
});

Deno.test("createSigner() takes dates and bytes, and a later change of the bytes does not count", async () => {
  const bytes = Uint8Array.fromHex(HEX);
  const sign = createSigner({ kid: "k1", key: bytes }, { expires: new Date(EXPIRES * 1000 + 999) });
  bytes.fill(0);
  const signed = await sign("/v1/info?url=/sample.jpg");
  assert.match(signed, /expires=1800000000&/);
  assert.equal(await verify(signed, KEYS, 0), "ok");
});

const REFUSED: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
  ["a relative URL", () => signUrl("v1/info", KEY), /starts with "\/"/],
  ["a URL without scheme", () => signUrl("//img.example.org/v1", KEY), /http\(s\) URL/],
  ["another scheme", () => signUrl("ftp://img.example.org/v1", KEY), /http\(s\) URL/],
  ["a bad kid", () => signUrl("/v1", { kid: "a:b", key: HEX }), /kid/],
  ["a short key", () => signUrl("/v1", { kid: "k", key: "00" }), /1 bytes: at least 16/],
  ["a key that is not hex", () => signUrl("/v1", { kid: "k", key: "zz" }), /hexadecimal/],
  ["milliseconds", () => signUrl("/v1", KEY, { expires: 1_800_000_000_000 }), /milliseconds/],
  ["a fraction", () => signUrl("/v1", KEY, { expires: 1.5 }), /whole unix seconds/],
  ["no date", () => signUrl("/v1", KEY, { expires: new Date(NaN) }), /NaN/],
  ["a bad expires in the URL", () => signUrl("/v1?expires=soon", KEY), /time of expiry/],
  // @ts-expect-error: no name
  ["a key without kid", () => signUrl("/v1", { key: HEX }), /^TypeError: Cannot sign: kid/],
  // @ts-expect-error: no key
  ["no key", () => signUrl("/v1", undefined), /^TypeError: Cannot sign: kid/],
  // @ts-expect-error: no bytes
  ["a key that is a number", () => signUrl("/v1", { kid: "k", key: 7 }), /must be a Uint8Array/],
  // @ts-expect-error: a text
  ["a date as text", () => signUrl("/v1", KEY, { expires: "2030-01-01" }), /a Date.*"2030-01-01"/],
  ["two in the URL", () => signUrl("/v1?expires=1&expires=2", KEY), /more than once/],
];

Deno.test.each(REFUSED)("signUrl() refuses %s", async (_what, sign, pattern) => {
  await assert.rejects(sign, pattern);
});
