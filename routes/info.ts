import { Hono } from "hono";
import { probe } from "../lib/image/mod.ts";
import { parseInfoQuery } from "./info_query.ts";
import { BRIEF_LIFE } from "./picture_response.ts";
import { queryContext, queryOf } from "./query_context.ts";
import type { Services } from "./services.ts";

/** Seconds: a source may change, so what is said of it is kept for an hour. */
const MAX_AGE = 3600;

const STALE = "stale-while-revalidate=86400, stale-if-error=604800";

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
  app.get("/v1/info", async (c) => {
    const { request, presentation, isStyled } = parseInfoQuery(
      queryOf(c),
      queryContext(c, services),
    );
    const tags = await pictures.check(request);
    const vary = isStyled && presentation.negotiated ? { vary: "Accept" } : {};
    if (c.req.method === "HEAD") {
      // What is not looked at may have other errors.
      const headers = { "cache-control": "no-store", "content-type": "application/json" };
      return c.body(null, 200, { ...headers, ...vary });
    }
    const { signal } = c.req.raw;
    const { body, isStale } = isStyled
      ? await pictures.picture(request, { signal })
      : await pictures.source(request.source, signal);
    if (!body) throw new TypeError("nothing was asked conditionally");
    const { alpha, format, frames, height, orientation, width } = probe(body);
    const facts = { width, height, format, orientation, frames, alpha, bytes: body.length };
    const age = Math.min(presentation.maxAge ?? MAX_AGE, isStale ? BRIEF_LIFE : Infinity);
    return c.json({ ...facts, ...await pictures.describe(body, signal) }, 200, {
      "cache-control": `public, max-age=${age}, ${STALE}`,
      "cache-tag": tags.join(","),
      ...vary,
    });
  });
  return app;
}
