import type { Context } from "hono";

/**
 * Tells browsers to believe the media type of every response.
 *
 * @param c The request.
 */
export function hardenResponse(c: Context): void {
  // A picture's response has the header already, and to touch its headers takes longer than a hit.
  if (c.get("cache") === undefined) c.res.headers.set("x-content-type-options", "nosniff");
}
