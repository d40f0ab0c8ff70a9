import { Hono } from "hono";
import { probe } from "../lib/image/mod.ts";
import { guards } from "./middleware/guards.ts";
import { queryContext, queryOf } from "./query_context.ts";
import type { Services } from "./services.ts";
import { parseStylizeQuery } from "./stylize_query.ts";

/** A source may change, so what is said of it is kept for an hour. */
const CACHE_CONTROL = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800";

/**
 * `GET /v1/info`: what a source is, or with a style what its painted picture is: size, format,
 * frames, dominant colours and placeholders.
 *
 * @param services What the route uses.
 * @returns The route's app.
 */
export function createInfoRoute(services: Services): Hono {
  const { pictures } = services;
  const app = new Hono();
  for (const guard of guards(services)) app.use("/v1/info", guard);
  app.get("/v1/info", async (c) => {
    const query = queryOf(c);
    const isStyled = query.has("style") || query.has("style_url") || query.has("preset");
    // A plain look needs no style; the parser wants one.
    if (!isStyled) query.set("style", "none");
    const { request } = parseStylizeQuery(query, queryContext(c, services));
    const { signal } = c.req.raw;
    const headers = { "cache-control": CACHE_CONTROL, ...(isStyled ? { vary: "Accept" } : {}) };
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    const bytes = isStyled
      ? (await pictures.picture(request, { signal })).body
      : await pictures.source(request.source, signal);
    if (!bytes) throw new TypeError("nothing was asked conditionally");
    const { alpha, format, frames, height, orientation, width } = probe(bytes);
    const facts = { width, height, format, orientation, frames, alpha, bytes: bytes.length };
    return c.json({ ...facts, ...await pictures.describe(bytes, signal) }, 200, headers);
  });
  return app;
}
