import { Hono } from "hono";
import type { Answered } from "./observers/observed.ts";

/**
 * Headers of what pages of any origin may read (Fetch, section 3.3), and with it the headers that
 * browsers would hide. Nobody is known by a cookie here, so nothing is given away.
 */
export const READABLE: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "Cache-Status, Content-Disposition, ETag, Pastiche-Substitute, " +
    "RateLimit, RateLimit-Policy, Retry-After, Server-Timing",
};

/** Headers that such a page may send, besides those that need no leave. */
const SENT = "Content-Type, If-Match, If-None-Match";

/** Seconds that a browser may remember it: a day, of which some take less. */
const REMEMBERED = 86_400;

const READ = /^\/v1\/(?:stylize|sheet|info|styles(?:\/[^/]+(?:\/image)?)?)$/;

/** The methods with which pages of other origins may use a path: never the administration's. */
function methodsAt(path: string): readonly string[] {
  if (!READ.test(path)) return [];
  return path === "/v1/stylize" ? ["GET", "HEAD", "POST"] : ["GET", "HEAD"];
}

/**
 * `OPTIONS`: answers a browser that asks what a page may send. Nothing guards it, because browsers
 * ask without what the page sends.
 *
 * @returns The route's app.
 */
export function createPreflightRoute(): Hono {
  const app = new Hono();
  app.options("/v1/*", async (c, next) => {
    const methods = methodsAt(c.req.path);
    if (methods.length === 0) return await next();
    return c.body(null, 204, {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": methods.join(", "),
      "access-control-allow-headers": SENT,
      "access-control-max-age": String(REMEMBERED),
    });
  });
  return app;
}

/**
 * Lets pages of any origin read what is no picture, problems included.
 *
 * @param answered The request that was answered.
 */
export function shareResponse({ method, path, response, cache }: Answered): void {
  // A picture's response has the headers already.
  if (cache !== undefined || !methodsAt(path).includes(method)) return;
  for (const [name, value] of Object.entries(READABLE)) response.headers.set(name, value);
}
