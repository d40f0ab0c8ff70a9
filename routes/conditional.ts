import { RequestError } from "./errors.ts";

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
  return tagsIn(header).some((tag) => tag.replace(/^W\//, "") === opaque);
}

/**
 * Holds `If-Match` against this representation (RFC 9110 section 13.1.1: strong comparison).
 *
 * @param header The header's value; absent: nothing is asked.
 * @param etag The current entity tag, quotes included; it is strong.
 * @throws {RequestError} `precondition_failed`.
 */
export function assertMatch(header: string | undefined, etag: string): void {
  if (header === undefined || header.trim() === "*" || tagsIn(header).includes(etag)) return;
  throw new RequestError("precondition_failed", `The picture's entity tag is ${etag}`);
}

/** Commas may stand inside a tag, so tags are searched for, not split off. */
function tagsIn(header: string): readonly string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}
