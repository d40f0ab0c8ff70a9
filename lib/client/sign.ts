import { badValue } from "./bad_value.ts";
import { canonicalTarget, SIGNATURE, signingMessage } from "./canonical.ts";
import { encodeBase64Url, importHmacKey, KEY_ID, readKey, type SigningKey } from "./keys.ts";

/** How a URL is signed. */
export interface SignOptions {
  /** When the URL stops working: a date, or whole unix seconds. Default: never. */
  readonly expires?: Date | number | undefined;
}

/**
 * The end of a path that is the service's own. Not just the last `/v1/`: a style may be called v1.
 */
const ROUTE = /\/v1\/(?:[a-z]+|styles\/[^/]+\/image)$/;

/** Beyond this, a number of seconds is rather one of milliseconds: the year 5138. */
const MAX_EXPIRES = 99_999_999_999;

/**
 * Signs a URL of the service with HMAC-SHA256; for servers only, since the key must stay secret.
 *
 * Only the service's own path (from `/v1/` on) and the query are signed, so that it may have several
 * hosts, and be in a folder of a host whose proxy takes the folder off the path.
 *
 * @param url The URL, or a path with its query. An earlier signature is replaced.
 * @param key The key and its name.
 * @param options When it expires; default: as the URL says, or never.
 * @returns The URL in canonical form with `kid`, `expires` and last `sig`.
 * @throws {SyntaxError} If the key is not hexadecimal.
 * @throws {RangeError} If the key is too short or the time of expiry is out of range.
 * @throws {TypeError} If the URL, the key or its name cannot be used.
 *
 * @example A path that expires
 * ```ts
 * import { signUrl } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const key = { kid: "k1", key: "000102030405060708090a0b0c0d0e0f" };
 * const signed = await signUrl("/v1/info?url=/sample.jpg", key, { expires: 1_800_000_000 });
 * assert.match(signed, /^\/v1\/info\?expires=1800000000&kid=k1&url=%2Fsample.jpg&sig=[\w-]{43}$/);
 * ```
 */
export async function signUrl(
  url: string | URL,
  key: SigningKey,
  options: SignOptions = {},
): Promise<string> {
  return await createSigner(key, options)(url);
}

/**
 * Makes a function that signs many URLs with one key.
 *
 * @param key The key and its name.
 * @param options When the URLs expire.
 * @returns Signs one URL, as {@linkcode signUrl} does.
 * @throws {SyntaxError} If the key is not hexadecimal.
 * @throws {RangeError} If the key is too short or the time of expiry is out of range.
 * @throws {TypeError} If the key or its name cannot be used.
 */
export function createSigner(
  key: SigningKey,
  options: SignOptions = {},
): (url: string | URL) => Promise<string> {
  if (typeof key?.kid !== "string" || !KEY_ID.test(key.kid)) {
    throw new TypeError("Cannot sign: kid must be up to 32 letters, digits, - and _");
  }
  const bytes = readKey(key.key).slice();
  const expires = readExpires(options.expires);
  let imported: Promise<CryptoKey> | undefined;
  return async (url) => {
    const { front, target } = split(String(url));
    const unsigned = withKey(target, { kid: key.kid, expires });
    imported ??= importHmacKey(bytes, "sign");
    const code = await crypto.subtle.sign("HMAC", await imported, signingMessage(unsigned));
    return `${front}${unsigned}&${SIGNATURE}=${encodeBase64Url(new Uint8Array(code))}`;
  };
}

function withKey(target: string, added: { kid: string; expires: string | undefined }): string {
  const url = new URL(`http://localhost${target}`);
  url.searchParams.delete(SIGNATURE);
  url.searchParams.set("kid", added.kid);
  if (added.expires !== undefined) url.searchParams.set("expires", added.expires);
  if (url.searchParams.has("expires")) checkExpires(url.searchParams.getAll("expires"));
  return canonicalTarget(`${url.pathname}${url.search}`);
}

interface Parts {
  /** Origin and what a proxy takes off the path; empty for a plain path. */
  readonly front: string;
  /** Path and query as the service sees them. */
  readonly target: string;
}

function split(text: string): Parts {
  const isPath = text.startsWith("/") && !text.startsWith("//");
  const url = URL.parse(isPath ? `http://localhost${text}` : text);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new TypeError(
      `Cannot sign ${JSON.stringify(text.slice(0, 80))}: it must be a path that starts with "/" ` +
        "or an http(s) URL",
    );
  }
  const start = Math.max(0, url.pathname.search(ROUTE));
  return {
    front: `${isPath ? "" : url.origin}${url.pathname.slice(0, start)}`,
    target: `${url.pathname.slice(start)}${url.search}`,
  };
}

/** The URL may bring its own `expires`; a signature over one that no server accepts helps nobody. */
function checkExpires(values: readonly string[]): void {
  const [value = ""] = values;
  if (values.length > 1) throw new TypeError("Cannot sign: the URL has expires more than once");
  readExpires(/^\d+$/.test(value) ? Number(value) : NaN);
}

function readExpires(expires: Date | number | undefined): string | undefined {
  if (expires === undefined) return undefined;
  const seconds = expires instanceof Date ? Math.floor(expires.getTime() / 1000) : expires;
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= MAX_EXPIRES) return String(seconds);
  throw badValue("the time of expiry", "a Date or whole unix seconds, not milliseconds", seconds);
}
