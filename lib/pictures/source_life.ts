const SECOND = 1000;

/** A source is asked again after a minute at the earliest, after a day at the latest. */
const SHORTEST = 60 * SECOND;
const LONGEST = 24 * 3600 * SECOND;

/** Where a source says nothing of its life. */
const USUAL = 3600 * SECOND;

/** Milliseconds for which what has expired still serves while its source fails: a week. */
export const STALE_LIFE: number = 7 * 24 * 3600 * SECOND;

/** Milliseconds until a source that fails, or a renewal that failed, is tried again. */
export const RETRY: number = 30 * SECOND;

/**
 * How long a source is used without asking again, by its own `Cache-Control` (RFC 9111
 * section 4.2.1) within bounds, so that no source can make a service fetch it for every request.
 *
 * @param source The source's `Cache-Control` and `Age` in seconds.
 * @returns Milliseconds, from a minute to a day.
 *
 * @example A source that changes often
 * ```ts
 * import { sourceLife } from "./source_life.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sourceLife({ cacheControl: "public, max-age=600", age: 60 }), 540_000);
 * assert.equal(sourceLife({ cacheControl: "no-store" }), 60_000);
 * ```
 */
export function sourceLife(
  source: { readonly cacheControl?: string; readonly age?: number },
): number {
  const directives = new Map(
    (source.cacheControl ?? "").toLowerCase().split(",").map((part) => {
      const [name = "", value = ""] = part.trim().split("=");
      return [name, value.replaceAll('"', "")];
    }),
  );
  if (["no-store", "no-cache", "private"].some((name) => directives.has(name))) return SHORTEST;
  const seconds = directives.get("s-maxage") ?? directives.get("max-age");
  if (seconds === undefined || !/^\d+$/.test(seconds)) return USUAL;
  const life = (Number(seconds) - (source.age ?? 0)) * SECOND;
  return Math.min(LONGEST, Math.max(SHORTEST, life));
}
