import type { Log } from "../../lib/log.ts";
import type { Observer } from "./after_each.ts";

/**
 * Writes one line per request: method, path without query (it may hold signatures), status and
 * milliseconds.
 *
 * @param log Where to write.
 * @returns The observer.
 */
export function requestLog(log: Log): Observer {
  return function logRequest(c, milliseconds) {
    const { method, path } = c.req;
    log("info", "request", { method, path, status: c.res.status, ms: Math.round(milliseconds) });
  };
}
