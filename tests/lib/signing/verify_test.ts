import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { importHmacKey, signUrl, stylizeUrl } from "../../../lib/client/mod.ts";
import { parseKeys, verify } from "../../../lib/signing/mod.ts";
import { seededRandom } from "../../support/random.ts";

const HEX = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const KEY = { kid: "k1", key: HEX } as const;
const KEYS = parseKeys(`k1:${HEX}`);
const EXPIRES = 1_800_000_000;

/** An independent signer: the interface document in node:crypto, without the library. */
function reference(canonical: string, key: string | Uint8Array = HEX): string {
  const bytes = typeof key === "string" ? Uint8Array.fromHex(key) : key;
  return createHmac("sha256", bytes).update(`v1\n${canonical}`, "utf8").digest("base64url");
}

const RFC_4231: readonly (readonly [key: string, data: string, code: string])[] = [
  [
    "0b".repeat(20),
    "4869205468657265",
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    "aa".repeat(20),
    "dd".repeat(50),
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  ],
  [
    "aa".repeat(131),
    "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204" +
    "b6579204669727374",
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
];

Deno.test.each(RFC_4231)("importHmacKey() gives RFC 4231's answer for key %s", async (...texts) => {
  const [key, data, code] = texts;
  const imported = await importHmacKey(Uint8Array.fromHex(key), "sign");
  const found = await crypto.subtle.sign("HMAC", imported, Uint8Array.fromHex(data));
  assert.equal(new Uint8Array(found).toHex(), code);
  assert.equal(imported.extractable, false);
});

Deno.test("signUrl() gives the known answer", async () => {
  const signed = await signUrl("/v1/stylize?width=100&url=/sample.jpg&style=mosaic&alpha=1", KEY, {
    expires: EXPIRES,
  });
  const canonical = "/v1/stylize?expires=1800000000&kid=k1&style=mosaic&url=%2Fsample.jpg&w=100";
  assert.equal(signed, `${canonical}&sig=${reference(canonical)}`);
  assert.equal(signed.slice(-43), "U75cw5Fl7h0NTVmwcfBGM_HllDnVCevBs4a6QDshzqI");
});

Deno.test("verify() accepts what another implementation signed", async () => {
  const random = seededRandom(3);
  for (let round = 0; round < 20; round++) {
    const key = Uint8Array.from({ length: 16 + round * 4 }, () => Math.floor(random() * 256));
    const canonical = `/v1/info?filename=${round}&kid=x&url=https%3A%2F%2Fexample.com%2F%C3%A9`;
    const text = `${canonical}&sig=${reference(canonical, key)}`;
    assert.equal(await verify(text, new Map([["x", key]]), 0), "ok");
  }
});

Deno.test("verify() depends neither on order nor on aliases nor on defaults", async () => {
  const canonical =
    "/v1/stylize?alpha=0.5&expires=1800000000&h=50&kid=k1&style=a&url=%2Fsample.jpg&w=100";
  const sig = reference(canonical);
  for (
    const query of [
      `sig=${sig}&w=100&url=/sample.jpg&style=a&kid=k1&h=50&expires=1800000000&alpha=0.5`,
      `width=100&height=50&strength=0.50&url=%2fsample.jpg&style=a&expires=1800000000&sig=${sig}&kid=k1`,
      `kid=k1&w=0100&h=50.0&alpha=.5&url=/sample.jpg&style=a&sig=${sig}&expires=1800000000`
        .replace("=.5", "=0.5"),
      `fit=inside&dpr=1.0&gravity=center&f=auto&default=error&n=1&${
        canonical.slice(12)
      }&sig=${sig}`,
      `${canonical.slice(12)}&sig=${sig}#fragment`,
    ]
  ) {
    assert.equal(await verify(`/v1/stylize?${query}`, KEYS, 0), "ok", query);
  }
});

Deno.test("verify() refuses each parameter changed, dropped, added or doubled", async () => {
  const signed = await signUrl(
    stylizeUrl("", {
      url: "https://example.com/cat.jpg?a=1&b=2",
      style: { a: 0.6, b: 0.4 },
      alpha: 0.5,
      color: "content",
      mask: "https://example.com/m.png",
      w: 100,
      h: 50,
      fit: "cover",
      g: "top",
      dpr: 2,
      bg: "fff",
      fm: "webp",
      q: 80,
      frames: "all",
      model: "fast",
      maxage: "1h",
      onerror: "original",
      filename: "x.webp",
      download: true,
    }),
    KEY,
    { expires: EXPIRES },
  );
  const { pathname, searchParams } = new URL(`http://localhost${signed}`);
  assert.equal(searchParams.size, 22);
  assert.equal(await verify(signed, KEYS, 0), "ok");
  for (const [name, value] of searchParams) {
    if (name === "sig") continue;
    for (const tamper of TAMPERINGS) {
      const query = new URLSearchParams(searchParams);
      tamper(query, name, value);
      assert.equal(
        await verify(`${pathname}?${query}`, KEYS, 0),
        "wrong",
        `${tamper.name} ${name}`,
      );
    }
  }
});

type Tampering = (query: URLSearchParams, name: string, value: string) => void;

const TAMPERINGS: readonly Tampering[] = [
  function change(query, name, value) {
    query.set(name, `${value}1`);
  },
  function clear(query, name) {
    query.set(name, "");
  },
  function drop(query, name) {
    query.delete(name);
  },
  function double(query, name, value) {
    query.append(name, value);
  },
  function add(query) {
    query.append("preset", "x");
  },
];

Deno.test("verify() refuses another path", async () => {
  const signed = await signUrl("/v1/info?url=/sample.jpg", KEY);
  assert.equal(await verify(signed.replace("info", "sheet"), KEYS, 0), "wrong");
  assert.equal(await verify(signed.replace("/v1", "//v1"), KEYS, 0), "wrong");
});

const CANONICAL = "/v1/info?kid=k1&url=%2Fsample.jpg";
const SIG = reference(CANONICAL);

const SIGNATURES: readonly (readonly [sig: string, verdict: string])[] = [
  ["", "missing"],
  ["&sig=", "missing"],
  [`&sig=${SIG}`, "ok"],
  [`&sig=${SIG}=`, "wrong"],
  [`&sig=${SIG}&sig=${SIG}`, "wrong"],
  [`&sig=&sig=${SIG}`, "missing"],
  [`&sig=${SIG.slice(0, -1)}`, "wrong"],
  [`&sig=%20${SIG}`, "wrong"],
  [`&sig=${SIG.toLowerCase()}`, "wrong"],
  [`&sig=${"A".repeat(43)}`, "wrong"],
  ["&sig=%F0%9F%98%80", "wrong"],
  [`&SIG=${SIG}`, "missing"],
];

Deno.test.each(SIGNATURES)('verify() of a query with "%s" is %s', async (sig, verdict) => {
  assert.equal(await verify(`${CANONICAL}${sig}`, KEYS, 0), verdict);
});

Deno.test("verify() takes one spelling of a signature only", async () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  let accepted = 0;
  for (const last of alphabet) {
    const verdict = await verify(`${CANONICAL}&sig=${SIG.slice(0, -1)}${last}`, KEYS, 0);
    if (verdict === "ok") accepted++;
  }
  assert.equal(accepted, 1);
});

Deno.test("verify() refuses every single bit that is flipped", async () => {
  const bytes = Uint8Array.fromBase64(SIG, { alphabet: "base64url" });
  for (let bit = 0; bit < 256; bit++) {
    const flipped = bytes.map((byte, k) => k === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte);
    const sig = flipped.toBase64({ alphabet: "base64url", omitPadding: true });
    assert.equal(await verify(`${CANONICAL}&sig=${sig}`, KEYS, 0), "wrong");
  }
});

Deno.test("verify() without kid or with an unknown one is wrong", async () => {
  for (const kid of ["", "kid=k2&", "kid=&", "kid=__proto__&"]) {
    const canonical = `/v1/info?${kid}url=%2Fsample.jpg`;
    assert.equal(await verify(`${canonical}&sig=${reference(canonical)}`, KEYS, 0), "wrong", kid);
  }
});

Deno.test("verify() follows a rotation of keys", async () => {
  const next = { kid: "k2", key: "ff".repeat(32) };
  const [old, fresh] = await Promise.all([
    signUrl("/v1/info?url=/sample.jpg", KEY),
    signUrl("/v1/info?url=/sample.jpg", next),
  ]);
  const both = parseKeys(`k2:${next.key},k1:${HEX}`);
  const onlyNew = parseKeys(`k2:${next.key}`);
  assert.equal(await verify(fresh, KEYS, 0), "wrong");
  assert.equal(await verify(old, both, 0), "ok");
  assert.equal(await verify(fresh, both, 0), "ok");
  assert.equal(await verify(old, onlyNew, 0), "wrong");
  assert.equal(await verify(old.replace("kid=k1", "kid=k2"), both, 0), "wrong");
});

const TIMES: readonly (readonly [now: number, verdict: string])[] = [
  [0, "ok"],
  [EXPIRES - 1, "ok"],
  [EXPIRES - 0.001, "ok"],
  [EXPIRES, "expired"],
  [EXPIRES + 1, "expired"],
  [NaN, "expired"],
];

Deno.test.each(TIMES)("verify() at %d is %s", async (now, verdict) => {
  const signed = await signUrl("/v1/info?url=/sample.jpg", KEY, { expires: EXPIRES });
  assert.equal(await verify(signed, KEYS, now), verdict);
});

Deno.test("verify() says wrong, not expired, of a wrong signature that is old", async () => {
  const signed = await signUrl("/v1/info?url=/sample.jpg", KEY, { expires: 5 });
  assert.equal(await verify(signed.replace("sample", "simple"), KEYS, 9), "wrong");
  assert.equal(await verify(signed.replace("expires=5", "expires=99"), KEYS, 9), "wrong");
});

Deno.test("verify() refuses a signed expires that is no whole number of seconds", async () => {
  for (const expires of ["", "never", "1e9", "-1", "1.5", "9".repeat(12)]) {
    const canonical = `/v1/info?expires=${expires}&kid=k1`;
    assert.equal(await verify(`${canonical}&sig=${reference(canonical)}`, KEYS, 0), "wrong");
  }
});

const UNICODE: readonly (readonly [string])[] = [
  ["https://bücher.example/猫.jpg"],
  ["https://example.com/a b+c%20d%2Be.jpg?x=1&y=2#z"],
  ["https://example.com/😀/e\u0301/é"],
  ["https://example.com/!'()*~;,:@$"],
];

Deno.test.each(UNICODE)("verify() accepts the signed URL of %s", async (url) => {
  const signed = await signUrl(stylizeUrl("https://img.example.org", { url, style: "a" }), KEY);
  const { pathname, search, searchParams } = new URL(signed);
  assert.equal(searchParams.get("url"), url);
  assert.equal(await verify(pathname + search, KEYS, 0), "ok");
  assert.equal(await verify(`${pathname}?${searchParams}`, KEYS, 0), "ok", "as a form writes it");
});
