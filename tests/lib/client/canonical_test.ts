import assert from "node:assert/strict";
import {
  ALIASES,
  canonicalQuery,
  canonicalTarget,
  DEFAULTS,
  signingMessage,
} from "../../../lib/client/mod.ts";
import { seededRandom } from "../../support/random.ts";

const SAME: readonly (readonly [given: string, canonical: string])[] = [
  ["", ""],
  ["w=100&h=50", "h=50&w=100"],
  ["h=50&width=100", "h=50&w=100"],
  ["width=0100", "w=100"],
  ["strength=0.50", "alpha=0.5"],
  ["alpha=1.000", ""],
  ["alpha=1&fit=inside&g=center&dpr=1.0&fm=auto&frames=1&onerror=error&color=style", ""],
  ["gravity=center&n=1&default=error&output=auto", ""],
  ["model=fast", "model=fast"],
  ["f=jpg", "fm=jpeg"],
  ["quality=80", "q=80"],
  ["preset=card&alpha=1", "alpha=1&preset=card"],
  ["alpha=1&alpha=0.5", "alpha=1&alpha=0.5"],
  ["mask=b&mask=a", "mask=b&mask=a"],
  ["alpha=1e0", "alpha=1e0"],
  ["dpr=1.3333333730697632", "dpr=1.3333333730697632"],
  ["alpha=", "alpha="],
  ["w=+100", "w=%20100"],
  ["style=b:0.6,a:0.4", "style=b%3A0.6%2Ca%3A0.4"],
  ["filename=a+b%20c%2Bd", "filename=a%20b%20c%2Bd"],
  ["filename=!'()*~-._", "filename=%21%27%28%29%2A~-._"],
  [
    "url=https://b%C3%BCcher.example/猫.jpg",
    "url=https%3A%2F%2Fb%C3%BCcher.example%2F%E7%8C%AB.jpg",
  ],
  ["__proto__=1&constructor=2", "__proto__=1&constructor=2"],
];

Deno.test.each(SAME)('canonicalQuery() writes "%s" as "%s"', (given, canonical) => {
  assert.equal(canonicalQuery(new URLSearchParams(given)), canonical);
  assert.equal(canonicalQuery(new URLSearchParams(canonical)), canonical, "not idempotent");
});

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["w=100", "w=101"],
  ["w=100", "h=100"],
  ["w=1&h=2", "w=2&h=1"],
  ["alpha=0.5", "alpha=0.500001"],
  ["url=a%26w=1", "url=a&w=1"],
  ["url=a%2526", "url=a%26"],
  ["mask=a&mask=b", "mask=b&mask=a"],
  ["preset=card", "preset=card&alpha=1"],
  ["alpha=0.5", "alpha=0.5&alpha=1"],
  ["url=A", "url=a"],
];

Deno.test.each(DIFFERENT)('canonicalQuery() keeps "%s" and "%s" apart', (one, other) => {
  assert.notEqual(
    canonicalQuery(new URLSearchParams(one)),
    canonicalQuery(new URLSearchParams(other)),
  );
});

Deno.test("canonicalQuery() does not depend on the order of different parameters", () => {
  const random = seededRandom(7);
  const pairs = Array.from("zyxwqhgd", (name, k): [string, string] => [name, `é ${k}`]);
  const expected = canonicalQuery(pairs);
  for (let round = 0; round < 50; round++) {
    const shuffled = pairs.map((pair) => ({ pair, key: random() }))
      .sort((a, b) => a.key - b.key).map(({ pair }) => pair);
    assert.equal(canonicalQuery(shuffled), expected);
  }
});

Deno.test("canonicalQuery() replaces lone surrogates", () => {
  assert.equal(canonicalQuery([["filename", "\ud800"]]), "filename=%EF%BF%BD");
});

Deno.test("DEFAULTS are written canonically and under proper names", () => {
  for (const [name, value] of Object.entries(DEFAULTS)) {
    assert.ok(!Object.hasOwn(ALIASES, name), name);
    assert.equal(canonicalQuery([[name, value]]), "");
  }
});

Deno.test("canonicalTarget() leaves sig out and keeps the path", () => {
  assert.equal(canonicalTarget("/v1/info?sig=x&width=3&sig=y"), "/v1/info?w=3");
  assert.equal(canonicalTarget("/v1/styles"), "/v1/styles");
  assert.equal(canonicalTarget("/v1/info?sig=x"), "/v1/info");
  assert.equal(canonicalTarget("/v1/info?w=3#part"), "/v1/info?w=3");
  assert.equal(canonicalTarget("//host.example/v1?w=3"), "//host.example/v1?w=3");
  assert.equal(canonicalTarget("/v1/%73heet"), "/v1/%73heet");
});

Deno.test.each([[""], ["v1/info"], ["@host/v1"], ["https://img.example.org/v1/info"]])(
  'canonicalTarget() refuses "%s"',
  (text) => {
    assert.throws(() => canonicalTarget(text), /must start with "\/"/);
  },
);

Deno.test("signingMessage() puts the version on a line of its own", () => {
  const text = new TextDecoder().decode(signingMessage("/v1/info?width=9&sig=no"));
  assert.equal(text, "v1\n/v1/info?w=9");
});
