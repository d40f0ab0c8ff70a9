import type { Log } from "../../lib/log.ts";
import type { Observer } from "./observed.ts";

/**
 * Writes one line per request: method, path without query (it may hold signatures), status and
 * milliseconds.
 *
 * @param log Where to write.
 * @returns The observer.
 */
export function requestLog(log: Log): Observer {
  return function logRequest({ method, path, response: { status }, milliseconds }) {
    log("info", "request", { method, path, status, ms: Math.round(milliseconds) });
  };
}
