/** Other spellings of the service's parameters, and the proper name that each means. */
export const ALIASES: Readonly<Record<string, string>> = {
  strength: "alpha",
  width: "w",
  height: "h",
  a: "g",
  gravity: "g",
  output: "fm",
  f: "fm",
  format: "fm",
  quality: "q",
  n: "frames",
  default: "onerror",
};

/**
 * The values that change nothing, so that they are left out. They are the same on every route.
 *
 * `model`, `q` and `maxage` are not here: their defaults are settings of the server or depend on
 * the format, so that leaving them out could mean another picture.
 */
export const DEFAULTS: Readonly<Record<string, string>> = {
  alpha: "1",
  color: "style",
  fit: "inside",
  g: "center",
  dpr: "1",
  fm: "auto",
  frames: "1",
  onerror: "error",
};

/** The parameter that holds the signature; all others are signed. */
export const SIGNATURE = "sig";

/** The first line of what is signed, so that a later form cannot be taken for this one. */
const MESSAGE_VERSION = "v1";

const NUMBERS: ReadonlySet<string> = new Set(["alpha", "w", "h", "dpr", "q"]);

/**
 * Numbers of up to six decimals: `0.50` and `0.5` are one. Any other text stays as it is: that the
 * service rounds further decimals is not part of the form that is signed.
 */
const DECIMAL = /^\d{1,6}(?:\.\d{1,6})?$/;

/**
 * Writes a query in the one form that all equal queries share: proper names, values in their
 * shortest spelling, defaults left out, sorted by name, percent-encoded as in RFC 3986 section 2.3
 * (everything but `A-Z a-z 0-9 - . _ ~`).
 *
 * Repeated parameters keep their order and lose no default, and with a `preset` no default is left
 * out, since there it overrides the preset.
 *
 * @param query The decoded pairs.
 * @returns The query without `?`.
 *
 * @example Order, alias and default do not matter
 * ```ts
 * import { canonicalQuery } from "./canonical.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(canonicalQuery([["width", "100"], ["h", "050"], ["alpha", "1.0"]]), "h=50&w=100");
 * ```
 */
export function canonicalQuery(query: Iterable<readonly [string, string]>): string {
  const pairs = Array.from(query, ([name, value]) => canonicalPair(name, value));
  const counts = new Map<string, number>();
  for (const [name] of pairs) counts.set(name, (counts.get(name) ?? 0) + 1);
  const isDropped = ([name, value]: readonly [string, string]) =>
    lookUp(DEFAULTS, name) === value && counts.get(name) === 1 && !counts.has("preset");
  return pairs.filter((pair) => !isDropped(pair))
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}

/**
 * Writes a request's path and query in their canonical form, without `sig`.
 *
 * @param pathAndQuery What follows the host: `/v1/stylize?url=…`.
 * @returns The same picture's path and query.
 * @throws {TypeError} If the text does not start with `/`.
 */
export function canonicalTarget(pathAndQuery: string): string {
  if (!pathAndQuery.startsWith("/")) {
    throw new TypeError(
      `Cannot use the text as path and query: it must start with "/", received ` +
        JSON.stringify(pathAndQuery.slice(0, 80)),
    );
  }
  // Joined, not resolved: "//host/" stays a path.
  const { pathname, searchParams } = new URL(`http://localhost${pathAndQuery}`);
  const query = canonicalQuery([...searchParams].filter(([name]) => name !== SIGNATURE));
  return query === "" ? pathname : `${pathname}?${query}`;
}

/**
 * The bytes that are signed: `"v1\n"` and the canonical path and query without `sig`, in UTF-8.
 *
 * @param pathAndQuery What follows the host: `/v1/stylize?url=…`.
 * @returns The message of the HMAC.
 * @throws {TypeError} If the text does not start with `/`.
 */
export function signingMessage(pathAndQuery: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${MESSAGE_VERSION}\n${canonicalTarget(pathAndQuery)}`);
}

function canonicalPair(given: string, value: string): readonly [string, string] {
  const name = lookUp(ALIASES, given) ?? given;
  if (NUMBERS.has(name) && DECIMAL.test(value)) return [name, String(Number(value))];
  return [name, name === "fm" && value === "jpg" ? "jpeg" : value];
}

function lookUp(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Lone surrogates become U+FFFD, as in URLs, where `encodeURIComponent` would throw. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
