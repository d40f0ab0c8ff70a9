import { KEY_ID, readKey } from "../client/mod.ts";

/** Keys by their names; several, so that a new one is known before the old one is withdrawn. */
export type SigningKeys = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * Reads the keys of the setting `SIGNING_KEYS`.
 *
 * @param text `kid:hexkey,kid:hexkey,…`; spaces around the parts do not count.
 * @returns The keys in their order.
 * @throws {SyntaxError} Naming the key that cannot be used, and never any of its digits.
 *
 * @example Two keys
 * ```ts
 * import { parseKeys } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const keys = parseKeys(`new:${"0f".repeat(32)},old:${"a0".repeat(16)}`);
 * assert.deepEqual([...keys.keys()], ["new", "old"]);
 * assert.throws(() => parseKeys("k1:0f0f"), /k1.*2 bytes.*at least 16/);
 * ```
 */
export function parseKeys(text: string): SigningKeys {
  const keys = new Map<string, Uint8Array<ArrayBuffer>>();
  text.split(",").forEach((part, index) => {
    const { kid, key } = parseKey(part.trim(), `key ${index + 1}`);
    if (keys.has(kid)) {
      throw new SyntaxError(`Cannot use the signing keys: the name ${kid} is there twice`);
    }
    keys.set(kid, key);
  });
  return keys;
}

function parseKey(part: string, place: string): { kid: string; key: Uint8Array<ArrayBuffer> } {
  const colon = part.indexOf(":");
  const kid = part.slice(0, Math.max(0, colon)).trim();
  // A part without a colon may be a bare key: it must not be shown.
  if (colon < 0) {
    throw new SyntaxError(`Cannot use signing ${place}: the colon of kid:hexkey is missing`);
  }
  if (!KEY_ID.test(kid)) {
    throw new SyntaxError(
      `Cannot use signing ${place}: its name must be 1 to 32 letters, digits, - and _`,
    );
  }
  try {
    return { kid, key: readKey(part.slice(colon + 1).trim()) };
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
    throw new SyntaxError(`Cannot use signing ${place} (${kid}): ${cause.message}`, { cause });
  }
}
