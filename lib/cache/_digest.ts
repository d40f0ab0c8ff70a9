import { createHash } from "node:crypto";

/**
 * Names a key for a store, in constant length: different keys never share a name.
 *
 * @param key Any string. Its UTF-16 units count, so that keys that are no valid Unicode differ too.
 * @returns SHA-256 in base64url, 43 characters.
 */
export function digestOf(key: string): string {
  return createHash("sha256").update(key, "utf16le").digest("base64url");
}
