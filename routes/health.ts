import { Hono } from "hono";
import type { Services } from "./services.ts";

/**
 * `GET /healthz` (the process answers) and `GET /readyz` (it can serve pictures, or why not).
 *
 * @param services What is looked at.
 * @returns The route's app.
 */
export function createHealthRoute(services: Services): Hono {
  const app = new Hono();

  app.get("/healthz", (c) => c.json({ status: "ok" }));

  app.get("/readyz", (c) => {
    const compute = services.compute.status();
    const catalog = { ok: services.catalog.available };
    const ready = compute.ready > 0;
    return c.json({ status: ready ? "ready" : "not ready", compute, catalog }, ready ? 200 : 503);
  });

  return app;
}
