import type { RequestCounts } from "../request_counts.ts";
import type { Observer } from "./after_each.ts";

/** Others are none of this service's, and a client may invent any number of them. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);

const ROUTE = /^\/(?:v1\/(?:stylize|sheet|info|purge|styles)|healthz|readyz|metrics|docs)/;

/**
 * Counts requests for the metrics.
 *
 * @param counts Where to count.
 * @returns The observer.
 */
export function requestCount(counts: RequestCounts): Observer {
  return function countRequest(c, milliseconds) {
    const { method, path } = c.req;
    counts.note({
      method: METHODS.has(method) ? method : "other",
      route: ROUTE.exec(path)?.[0] ?? "other",
      status: c.res.status,
      cache: c.get("cache") ?? "",
      seconds: milliseconds / 1000,
    });
  };
}
