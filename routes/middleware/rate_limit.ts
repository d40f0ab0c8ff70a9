import { getConnInfo } from "hono/deno";
import type { Context, MiddlewareHandler } from "hono";
import { LRUCache } from "lru-cache";
import { RequestError } from "../errors.ts";

/** Clients that are remembered. */
const MAX_CLIENTS = 100_000;

/** Seconds of the window in which requests are counted. */
const WINDOW = 60;

/**
 * Bounds the requests of one client per minute. Behind a CDN only what its cache does not answer
 * comes here; the client is then the address that `TRUST_PROXY` says to believe.
 *
 * @param limit Requests per minute.
 * @param trustProxy Whether `X-Forwarded-For` names the client.
 * @returns The middleware; it throws `rate_limited`.
 */
export function rateLimit(limit: number, trustProxy: boolean): MiddlewareHandler {
  const clients = new LRUCache<string, { count: number; ends: number }>({ max: MAX_CLIENTS });
  return async function limitRate(c, next) {
    const now = performance.now() / 1000;
    const client = clientOf(c, trustProxy);
    const known = clients.get(client);
    const window = known && known.ends > now ? known : { count: 0, ends: now + WINDOW };
    window.count++;
    clients.set(client, window);
    const seconds = Math.min(WINDOW, Math.ceil(window.ends - now));
    const left = Math.max(0, limit - window.count);
    const headers = {
      ratelimit: `"client";r=${left};t=${seconds}`,
      "ratelimit-policy": `"client";q=${limit};w=${WINDOW}`,
    };
    if (window.count > limit) {
      throw new RequestError("rate_limited", `At most ${limit} pictures a minute are allowed`, {
        ...headers,
        "retry-after": String(seconds),
      });
    }
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  };
}

/** The last address of `X-Forwarded-For` is the one that our own proxy saw. */
function clientOf(c: Context, trustProxy: boolean): string {
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim();
  if (trustProxy && forwarded) return forwarded;
  // Requests that come through no socket, as in tests, are one client.
  return c.env?.remoteAddr ? getConnInfo(c).remote.address ?? "" : "";
}
