import { Hono } from "hono";
import type { Services } from "./services.ts";

const UNCACHED = { "cache-control": "no-store" };

/**
 * `GET /healthz` (the process answers) and `GET /readyz` (it can serve pictures, or why not).
 *
 * @param services What is looked at.
 * @returns The route's app.
 */
export function createHealthRoute(services: Services): Hono {
  const app = new Hono();

  app.get("/healthz", (c) => c.json({ status: "ok" }, 200, UNCACHED));

  app.get("/readyz", (c) => {
    const compute = services.compute.status();
    const catalog = services.catalog.status();
    const cache = services.cache.status();
    const draining = services.draining.aborted;
    const ready = compute.ready > 0 && !draining;
    // Without store or cache pictures still come: what is known, and more slowly.
    const whole = catalog.ok && cache.ok;
    const status = draining ? "draining" : !ready ? "not ready" : whole ? "ready" : "degraded";
    return c.json({ status, compute, catalog, cache }, ready ? 200 : 503, UNCACHED);
  });

  return app;
}
