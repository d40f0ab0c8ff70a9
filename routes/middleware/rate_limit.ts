import { getConnInfo } from "hono/deno";
import type { Context, MiddlewareHandler } from "hono";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { SAMPLE } from "../../lib/pictures/mod.ts";
import { RequestError } from "../errors.ts";

/** Clients that are remembered. */
const MAX_CLIENTS = 100_000;

/** Seconds of the window in which requests are counted. */
const WINDOW = 60;

/** Width of the small pictures of the page at `/`, in pixels; its script has the same. */
const THUMBNAIL = "200";

/** What signing adds to a query. */
const SIGNATURE: readonly string[] = ["expires", "kid", "sig"];

/**
 * Bounds the requests of one client per minute. Behind a CDN only what its cache does not answer
 * comes here; the client is then the address that `TRUST_PROXY` says to believe. A /64 of IPv6 is
 * one client: that is the least that a customer gets. The small pictures of the page at `/` do not
 * count: it shows one for each style at once, and there are too few of them to keep anybody busy.
 *
 * @param limit Requests per minute.
 * @param trustProxy Whether `X-Forwarded-For` names the client.
 * @returns The middleware; it throws `rate_limited`.
 */
export function rateLimit(limit: number, trustProxy: boolean): MiddlewareHandler {
  const clients = new LRUCache<string, { count: number; ends: number }>({ max: MAX_CLIENTS });
  return async function limitRate(c, next) {
    if (isThumbnail(c)) return await next();
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
    // What a shared cache keeps goes to other clients too.
    if (c.res.headers.get("cache-control")?.startsWith("public")) return;
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  };
}

/** Whether a picture is one of the sample as the page shows it, in one style or preset. */
function isThumbnail({ req }: Context): boolean {
  if (req.method !== "GET" || req.path !== "/v1/stylize") return false;
  const query = new URL(req.url).searchParams;
  if (query.get("url") !== SAMPLE) return false;
  const names = [...query.keys()].filter((name) => !SIGNATURE.includes(name)).sort().join();
  if (names === "preset,url") return true;
  return names === "style,url,w" && query.get("w") === THUMBNAIL &&
    /^[\w-]+$/.test(query.get("style") ?? "");
}

/** The last address of `X-Forwarded-For` is the one that our own proxy saw. */
function clientOf(c: Context, trustProxy: boolean): string {
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim();
  const named = trustProxy && forwarded ? networkOf(forwarded) : undefined;
  if (named !== undefined) return named;
  // Requests that come through no socket, as in tests, are one client.
  return c.env?.remoteAddr ? networkOf(getConnInfo(c).remote.address ?? "") ?? "" : "";
}

/** An IPv4 address, or the /64 of an IPv6 address; some proxies write the port as well. */
function networkOf(text: string): string | undefined {
  const address = text.replace(/^([\d.]+):\d+$/, "$1").replace(/^\[(.+)\](:\d+)?$/, "$1");
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : parsed.toString();
}
