import type { Answered } from "./observed.ts";

/**
 * Tells browsers to believe the media type of every response.
 *
 * @param answered The request that was answered.
 */
export function hardenResponse({ response, cache }: Answered): void {
  // A picture's response has the header already, and to touch its headers takes longer than a hit.
  if (cache === undefined) response.headers.set("x-content-type-options", "nosniff");
}
