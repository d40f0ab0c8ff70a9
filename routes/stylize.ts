import { type Context, Hono } from "hono";
import { LRUCache } from "lru-cache";
import type { Served } from "../lib/pictures/mod.ts";
import { parseSourceUrl } from "../lib/source/mod.ts";
import { readUpload } from "./upload.ts";
import { rateLimit } from "./middleware/rate_limit.ts";
import { requireSignature } from "./middleware/signature.ts";
import { pictureResponse, SUBSTITUTE_LIFE } from "./picture_response.ts";
import { statusOf } from "./problem.ts";
import { queryContext, queryOf, serveOptions } from "./query_context.ts";
import type { Services } from "./services.ts";
import { parseStylizeQuery, type StylizeQuery } from "./stylize_query.ts";

/** Queries whose reading is remembered: up to a few kilobytes each. */
const MAX_QUERIES = 1000;

/**
 * `GET`, `HEAD` and `POST /v1/stylize`: a picture painted in a style.
 *
 * @param services What the route uses.
 * @returns The route's app.
 */
export function createStylizeRoute(services: Services): Hono {
  const app = new Hono();
  const queries = new LRUCache<string, StylizeQuery>({ max: MAX_QUERIES });
  app.use("/v1/stylize", requireSignature(services), rateLimit(services));

  app.get("/v1/stylize", async (c) => {
    const context = queryContext(c, services);
    // Reading a query depends on nothing else, and takes longer than a hit in memory.
    const key = `${context.autoFormat} ${c.req.url}`;
    const query = queries.get(key) ?? parseStylizeQuery(queryOf(c), context);
    queries.set(key, query);
    if (c.req.method === "HEAD") return await answerHead(query, services);
    try {
      const served = await services.pictures.picture(query.request, serveOptions(c));
      return pictureResponse(served, { presentation: query.presentation, shared: true });
    } catch (error) {
      return await substitute(c, { services, query, error });
    }
  });

  app.post("/v1/stylize", async (c) => {
    const upload = await readUpload(c.req.raw, services.config.MAX_SOURCE_BYTES);
    const context = queryContext(c, services, upload.image);
    const { request, presentation } = parseStylizeQuery(queryOf(c), context, upload);
    const served = await services.pictures.picture(request, serveOptions(c));
    return pictureResponse(served, { presentation, shared: false });
  });

  return app;
}

/** Never computes: a picture that is not kept has neither length nor entity tag yet. */
async function answerHead(
  { request, presentation }: StylizeQuery,
  services: Services,
): Promise<Response> {
  const served = await services.pictures.peek(request);
  if (served) return pictureResponse(served, { presentation, shared: true, head: true });
  const { format } = request.output;
  return new Response(null, {
    headers: {
      "cache-control": "no-store",
      ...(format.startsWith("auto") ? {} : { "content-type": `image/${format}` }),
      ...(presentation.negotiated ? { vary: "Accept" } : {}),
    },
  });
}

/** What `onerror` asks for, where the fault is not the query's. */
async function substitute(
  c: Context,
  failed: {
    readonly services: Services;
    readonly query: StylizeQuery;
    readonly error: unknown;
  },
): Promise<Response> {
  const { services, query: { onError, presentation, request }, error } = failed;
  if (onError === "error" || !(error instanceof Error)) throw error;
  if (statusOf(error) === 400 || statusOf(error) === 412) throw error;
  const cacheControl = `public, max-age=${SUBSTITUTE_LIFE}`;
  if (onError !== "original") {
    const location = parseSourceUrl(onError.url, services.sourcePolicy).href;
    return new Response(null, {
      status: 302,
      headers: { location, "cache-control": cacheControl },
    });
  }
  const plain = { ...request, style: { kind: "none" }, masks: [] } as const;
  const served: Served = await services.pictures.picture(plain, { signal: c.req.raw.signal })
    .catch(() => Promise.reject(error));
  const response = pictureResponse(served, { presentation, shared: true });
  response.headers.set("cache-control", cacheControl);
  response.headers.set("pastiche-substitute", "original");
  return response;
}
