import { Hono } from "hono";
import { Gauge, Registry } from "prom-client";
import type { CacheStatus } from "../lib/cache/mod.ts";
import type { RequestCounts } from "./observers/request_counts.ts";
import type { Services } from "./services.ts";

/**
 * `GET /metrics` in the text format of Prometheus.
 *
 * @param services What is measured.
 * @param requests The requests that were answered.
 * @returns The route's app.
 */
export function createMetricsRoute(services: Services, requests: RequestCounts): Hono {
  const app = new Hono();
  const registry = new Registry();
  addGauges(registry, services);

  app.get("/metrics", async () => {
    const headers = { "content-type": registry.contentType, "cache-control": "no-store" };
    return new Response(requests.text() + await registry.metrics(), { headers });
  });

  return app;
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
  gauge("flights_started", "Work begun, whatever came of it", () => flight.status().started);
  gauge("flights_joined", "Requests that shared another's", () => flight.status().joined);
  const sources = () => pictures.sourceStatus();
  gauge("flights_elsewhere", "Work another instance did", () => flight.status().elsewhere);
  gauge("source_fetches", "Sources fetched since the start", () => sources().started);
  gauge("source_fetches_running", "Sources being fetched", () => sources().running);
  gauge("source_fetches_waiting", "Sources that wait to be fetched", () => sources().waiting);
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
