import { importHmacKey, SIGNATURE, signingMessage } from "../client/mod.ts";
import type { SigningKeys } from "./keys.ts";

/** What a signature is worth. */
export type Verdict = "ok" | "missing" | "wrong" | "expired";

/**
 * Base64url of 32 bytes: 42 characters and one that holds four bits, so that each signature has
 * one spelling only (RFC 4648 section 3.5).
 */
const CODE = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

const SECONDS = /^\d{1,11}$/;

/**
 * Checks the signature of a request. The order and the spelling of its parameters do not matter.
 *
 * @param pathAndQuery What follows the host in the request's URL.
 * @param keys The keys that are valid now.
 * @param now The time in unix seconds.
 * @returns `missing` without `sig`; `wrong` if it does not fit, its key is unknown, or `sig`, `kid`
 * or `expires` is repeated or malformed; `expired` from the second `expires` on (as `exp` in
 * RFC 7519 section 4.1.4), which only the holder of a right signature learns; else `ok`.
 * @throws {TypeError} If the text does not start with `/`.
 *
 * @example A signed path
 * ```ts
 * import { signUrl } from "../client/mod.ts";
 * import { parseKeys, verify } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const key = "0f".repeat(32);
 * const signed = await signUrl("/v1/info?url=/sample.jpg", { kid: "k1", key }, { expires: 1000 });
 * assert.equal(await verify(signed, parseKeys(`k1:${key}`), 999), "ok");
 * assert.equal(await verify(signed, parseKeys(`k1:${key}`), 1000), "expired");
 * ```
 */
export async function verify(
  pathAndQuery: string,
  keys: SigningKeys,
  now: number,
): Promise<Verdict> {
  const message = signingMessage(pathAndQuery);
  const { searchParams } = new URL(`http://localhost${pathAndQuery}`);
  if (!searchParams.get(SIGNATURE)) return "missing";
  const sig = single(searchParams, SIGNATURE);
  const key = keys.get(single(searchParams, "kid") ?? "");
  if (sig === undefined || key === undefined || !CODE.test(sig)) return "wrong";
  // Web Crypto compares in constant time.
  const fits = await crypto.subtle.verify(
    "HMAC",
    await importHmacKey(key, "verify"),
    decodeBase64Url(sig),
    message,
  );
  if (!fits) return "wrong";
  if (!searchParams.has("expires")) return "ok";
  const expires = single(searchParams, "expires");
  if (expires === undefined || !SECONDS.test(expires)) return "wrong";
  return now < Number(expires) ? "ok" : "expired";
}

function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
