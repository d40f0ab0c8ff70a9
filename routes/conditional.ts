/**
 * Whether `If-None-Match` says that the client has this representation (RFC 9110 section 13.1.2:
 * weak comparison, lists, `*`).
 *
 * @param header The header's value; absent: false.
 * @param etag The current entity tag, quotes included.
 * @returns Whether to answer 304.
 *
 * @example A list with a weak tag
 * ```ts
 * import { matchesEtag } from "./conditional.ts";
 * import assert from "node:assert/strict";
 *
 * assert(matchesEtag('"x", W/"abc"', '"abc"'));
 * assert(!matchesEtag('"x"', '"abc"'));
 * ```
 */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  const opaque = etag.replace(/^W\//, "");
  // Commas may stand inside a tag, so tags are searched for, not split off.
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, "") === opaque);
}
