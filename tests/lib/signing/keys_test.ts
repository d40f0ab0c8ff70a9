import assert from "node:assert/strict";
import { parseKeys } from "../../../lib/signing/mod.ts";

const LONG = "0123456789abcdef".repeat(4);
const SHORTEST = "AB".repeat(16);

const VALID: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [`k1:${LONG}`, { k1: LONG }],
  [`k1:${SHORTEST}`, { k1: SHORTEST.toLowerCase() }],
  [` k1 : ${LONG} ,\n k_2-B:${SHORTEST} `, { k1: LONG, "k_2-B": SHORTEST.toLowerCase() }],
  [`${"k".repeat(32)}:${LONG}`, { ["k".repeat(32)]: LONG }],
];

Deno.test.each(VALID)("parseKeys() reads %j", (text, expected) => {
  const found = [...parseKeys(text)].map(([kid, key]) => [kid, key.toHex()]);
  assert.deepEqual(Object.fromEntries(found), expected);
});

const INVALID: readonly (readonly [string, RegExp])[] = [
  ["", /key 1.*colon/],
  [LONG, /key 1.*colon/],
  [`k1:${LONG},`, /key 2.*colon/],
  [`:${LONG}`, /key 1.*name must be 1 to 32/],
  [`k 1:${LONG}`, /key 1.*name/],
  [`ключ:${LONG}`, /key 1.*name/],
  [`${"k".repeat(33)}:${LONG}`, /key 1.*name/],
  ["k1:", /key 1 \(k1\).*not hexadecimal/],
  [`k1:${LONG}0`, /key 1 \(k1\).*not hexadecimal/],
  [`k1:0x${LONG}`, /key 1 \(k1\).*not hexadecimal/],
  [`k1:${LONG}:00`, /key 1 \(k1\).*not hexadecimal/],
  [`k1:${LONG},k2:${"00".repeat(15)}`, /key 2 \(k2\).*15 bytes: at least 16/],
  [`k1:${LONG},k1:${SHORTEST}`, /k1 is there twice/],
];

Deno.test.each(INVALID)("parseKeys() refuses %j", (text, pattern) => {
  assert.throws(() => parseKeys(text), (error: unknown) => {
    assert.ok(error instanceof SyntaxError);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /0123456789|ABAB|0000/, "the message shows a key");
    return true;
  });
});
