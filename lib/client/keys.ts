/** A key that signs URLs, and the name by which the service finds it. */
export interface SigningKey {
  /** Up to 32 letters, digits, `-` and `_`. */
  readonly kid: string;
  /** At least 16 bytes, or the same in hexadecimal; 32 random bytes are best. */
  readonly key: Uint8Array<ArrayBuffer> | string;
}

/** Names of keys. */
export const KEY_ID: RegExp = /^[\w-]{1,32}$/;

/** Fewest bytes of a key: 128 bits. */
export const MIN_KEY_BYTES = 16;

/**
 * Reads a key; no error tells anything of it but its length.
 *
 * @param key Bytes, or hexadecimal digits.
 * @returns The bytes.
 * @throws {SyntaxError} If the text is not hexadecimal.
 * @throws {RangeError} If the key has fewer than 16 bytes.
 * @throws {TypeError} If it is neither bytes nor a text.
 */
export function readKey(key: Uint8Array<ArrayBuffer> | string): Uint8Array<ArrayBuffer> {
  if (typeof key !== "string" && !(key instanceof Uint8Array)) {
    throw new TypeError("the key must be a Uint8Array or hexadecimal digits");
  }
  const bytes = typeof key === "string" ? decodeHex(key) : key;
  if (bytes.length >= MIN_KEY_BYTES) return bytes;
  throw new RangeError(
    `the key has ${bytes.length} bytes: at least ${MIN_KEY_BYTES} are needed`,
  );
}

/**
 * Hands a key to Web Crypto for HMAC-SHA256.
 *
 * @param key At least 16 bytes.
 * @param usage What it is for.
 * @returns A key that cannot be read out again.
 */
export function importHmacKey(
  key: Uint8Array<ArrayBuffer>,
  usage: "sign" | "verify",
): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, [usage]);
}

/**
 * Writes bytes as base64url without padding (RFC 4648 section 5).
 *
 * @param bytes Up to a few kilobytes.
 * @returns The text.
 */
export function encodeBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) {
    throw new SyntaxError("the key is not hexadecimal: pairs of 0-9 and a-f are allowed");
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
