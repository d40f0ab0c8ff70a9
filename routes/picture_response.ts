import type { Picture } from "../lib/compute/mod.ts";

/** Life of a picture that anybody may keep: a day in browsers, a year in shared caches. */
const PUBLIC = "public, max-age=86400, s-maxage=31536000, stale-while-revalidate=604800, " +
  "stale-if-error=604800";

/** What a picture's headers depend on. */
export interface PictureHeaders {
  /** Entity tag. */
  readonly etag: string;
  /** Whether the format was negotiated by `Accept`. */
  readonly negotiated: boolean;
  /** Whether shared caches may keep it: not for uploads. */
  readonly shared: boolean;
  /** Tags for purging. */
  readonly tags: readonly string[];
}

/**
 * The headers that a picture has with and without its body.
 *
 * @param options What they depend on.
 * @returns Header names in lower case.
 */
export function pictureHeaders(options: PictureHeaders): Record<string, string> {
  return {
    "cache-control": options.shared ? PUBLIC : "private, max-age=86400",
    etag: options.etag,
    ...(options.negotiated ? { vary: "Accept" } : {}),
    ...(options.shared ? { "cache-tag": options.tags.join(",") } : {}),
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
  };
}

/**
 * Where the time of a picture went.
 *
 * @param picture The picture.
 * @param fetchTime Milliseconds spent on the source; 0: none was fetched.
 * @returns A `Server-Timing` value.
 */
export function serverTiming(picture: Picture, fetchTime: number): string {
  const stages = { ...(fetchTime > 0 ? { fetch: fetchTime } : {}), ...picture.times };
  return Object.entries(stages).map(([stage, time]) => `${stage};dur=${time.toFixed(1)}`)
    .join(", ");
}
