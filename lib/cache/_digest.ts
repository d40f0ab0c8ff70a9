import { createHash } from "node:crypto";

/** Shorter than a digest, so that it is none, and of its letters. */
const SHORT_NAME = /^[\w-]{1,42}$/;

/**
 * Names a key for a store: different keys never share a name.
 *
 * @param key Any string. Its UTF-16 units count, so that keys that are no valid Unicode differ too.
 * @returns The key itself if it is a short name, else its SHA-256 in base64url, 43 characters.
 */
export function digestOf(key: string): string {
  if (SHORT_NAME.test(key)) return key;
  return createHash("sha256").update(key, "utf16le").digest("base64url");
}
