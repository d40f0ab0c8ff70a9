import { Hono } from "hono";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { CacheStatus } from "../lib/cache/mod.ts";
import type { Services } from "./services.ts";

/** Seconds; a kept picture takes milliseconds, a large painted one seconds. */
const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/**
 * `GET /metrics` in the text format of Prometheus, and the middleware that counts requests.
 *
 * @param services What is measured.
 * @returns The route's app; routes that are added after it are counted.
 */
export function createMetricsRoute(services: Services): Hono {
  const app = new Hono();
  const registry = new Registry();
  const requests = new Counter({
    name: "pastiche_requests_total",
    help: "Requests by method, path and status; names in paths are left out",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "pastiche_request_seconds",
    help: "Seconds until the response, by path and how the cache answered",
    labelNames: ["route", "cache"],
    buckets: BUCKETS,
    registers: [registry],
  });
  addGauges(registry, services);

  app.use(async function count(c, next) {
    const end = durations.startTimer();
    await next();
    const route = routeOf(c.req.path);
    const cache = /;\s*(hit|fwd=[\w-]+)/.exec(c.res.headers.get("cache-status") ?? "")?.[1] ?? "";
    requests.inc({ method: c.req.method, route, status: c.res.status });
    end({ route, cache });
  });

  app.get("/metrics", async () => {
    const headers = { "content-type": registry.contentType, "cache-control": "no-store" };
    return new Response(await registry.metrics(), { headers });
  });

  return app;
}

/** Few values, whatever is asked for: labels of unknown paths would fill the memory. */
function routeOf(path: string): string {
  const known = /^\/(?:v1\/(?:stylize|sheet|info|purge|styles)|healthz|readyz|metrics|docs)/.exec(
    path,
  );
  return known?.[0] ?? "other";
}

function addGauges(registry: Registry, services: Services): void {
  const { cache, catalog, compute, flight, pictures } = services;
  const gauge = (name: string, help: string, read: () => number): void => {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    new Gauge({ name: `pastiche_${name}`, help, registers: [registry], collect });
  };
  gauge("workers_ready", "Compute workers that are ready", () => compute.status().ready);
  gauge("jobs_running", "Jobs under way", () => compute.status().running);
  gauge("jobs_waiting", "Jobs in the queue", () => compute.status().waiting);
  gauge("workers_replaced", "Workers that died or hung", () => compute.status().replaced);
  gauge("flights_started", "Pictures computed since the start", () => flight.status().started);
  gauge("flights_joined", "Requests that shared another's", () => flight.status().joined);
  gauge("source_fetches", "Sources fetched since the start", () => pictures.sourceFetches);
  gauge("style_analyses", "Statistics computed since the start", () => catalog.analyses);
  gauge("catalog_available", "1: the store of styles answers", () => Number(catalog.status().ok));
  for (const layer of layersOf(cache.status())) {
    const read = (): CacheStatus | undefined =>
      layersOf(cache.status()).find(({ name }) => name === layer.name);
    gauge(`cache_${layer.name}_ok`, "1: it works", () => Number(read()?.ok ?? false));
    gauge(`cache_${layer.name}_hits`, "Answers given since the start", () => read()?.hits ?? 0);
    gauge(`cache_${layer.name}_misses`, "Questions not answered", () => read()?.misses ?? 0);
    gauge(`cache_${layer.name}_bytes`, "Bytes held, if counted", () => read()?.bytes ?? 0);
  }
}

function layersOf(status: CacheStatus): readonly CacheStatus[] {
  return status.layers ?? [status];
}
