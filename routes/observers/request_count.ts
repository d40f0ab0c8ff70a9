import type { Observer } from "./observed.ts";
import type { RequestCounts } from "./request_counts.ts";

/** Others are none of this service's, and a client may invent any number of them. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);

/** The path that is asked for most. */
const PICTURES = "/v1/stylize";

const ROUTE = /^\/(?:v1\/(?:stylize|sheet|info|purge|styles)|healthz|readyz|metrics|docs)/;

/**
 * Counts requests for the metrics.
 *
 * @param counts Where to count.
 * @returns The observer.
 */
export function requestCount(counts: RequestCounts): Observer {
  return function countRequest({ method, path, response, cache, milliseconds }) {
    counts.note({
      method: METHODS.has(method) ? method : "other",
      route: path === PICTURES ? path : ROUTE.exec(path)?.[0] ?? "other",
      status: response.status,
      cache: cache ?? "",
      seconds: milliseconds / 1000,
    });
  };
}
