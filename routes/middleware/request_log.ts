import type { MiddlewareHandler } from "hono";
import type { Log } from "../../lib/log.ts";

/**
 * Writes one line per request: method, path without query (it may hold signatures), status and
 * milliseconds.
 *
 * @param log Where to write.
 * @returns The middleware.
 */
export function requestLog(log: Log): MiddlewareHandler {
  return async function logRequest(c, next) {
    const start = performance.now();
    await next();
    const ms = Math.round(performance.now() - start);
    log("info", "request", { method: c.req.method, path: c.req.path, status: c.res.status, ms });
  };
}
