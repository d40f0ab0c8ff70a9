import { type Context, Hono } from "hono";
import { LRUCache } from "lru-cache";
import type { ClientState, Served } from "../lib/pictures/mod.ts";
import type { Bodies } from "./body.ts";
import { readUpload } from "./upload.ts";
import { assertNoLoop } from "./middleware/refuse_loop.ts";
import { BRIEF_LIFE, notKeptResponse, pictureResponse } from "./picture_response.ts";
import { statusOf } from "./problem.ts";
import { clientState, queryContext, queryOf, serveOptions } from "./query_context.ts";
import { ReadyResponses } from "./ready_responses.ts";
import type { Services } from "./services.ts";
import { parseStylizeQuery, type StylizeQuery } from "./stylize_query.ts";

/** Bytes of the queries that are remembered, about. */
const QUERIES_BYTES = 16 * 1024 * 1024;

/** Bytes of one beside its text: the request, and the names of its picture. */
const QUERY_BYTES = 3000;

/** Bytes of responses that are ready to send, of those of the pictures in memory. */
const RESPONSES_SHARE = 1 / 4;

/**
 * `GET`, `HEAD` and `POST /v1/stylize`: a picture painted in a style.
 *
 * @param services What the route uses.
 * @param bodies Reads uploads.
 * @returns The route's app.
 */
export function createStylizeRoute(services: Services, bodies: Bodies): Hono {
  const app = new Hono();

  const read = queryReader(services);
  const responses = new ReadyResponses(
    Math.floor(RESPONSES_SHARE * services.config.MEMORY_CACHE_BYTES),
  );
  app.get("/v1/stylize", (c) => {
    const query = read(c);
    const { request, presentation } = query;
    if (c.req.method === "HEAD") return answerHead(c, query, services);
    const client = clientState(c);
    const ready = services.pictures.ready(request, client);
    if (ready) return responses.response(c, ready, { presentation, shared: true });
    return answerGet(c, { query, client }, services);
  });

  app.post("/v1/stylize", async (c) => {
    assertNoLoop(c);
    using body = await bodies.read(c.req.raw, services.config.MAX_SOURCE_BYTES);
    const upload = await readUpload(body.bytes, c.req.header("content-type"));
    const context = queryContext(c, services, upload.image);
    const query = parseStylizeQuery(queryOf(c), context, upload);
    const { request, presentation } = query;
    // Deno 2.9 does not abort it where the body came in several reads: see docs/deployment.md.
    const { signal } = c.req.raw;
    try {
      // Conditions are about what a URL has, and this is at none (RFC 9110 section 13.2.1).
      const served = await services.pictures.picture(request, { signal });
      return pictureResponse(c, served, { presentation, shared: false });
    } catch (error) {
      return await substitute(c, { services, query, error });
    }
  });

  return app;
}

/**
 * Reading a query takes longer than a hit in memory. It depends on nothing else, but where the
 * format is left to the client, on that.
 */
function queryReader(services: Services): (c: Context) => StylizeQuery {
  const known = new LRUCache<string, StylizeQuery>({
    maxSize: QUERIES_BYTES,
    sizeCalculation: (_, key) => 2 * key.length + QUERY_BYTES,
  });
  return (c) => {
    const { url } = c.req;
    const found = known.get(url);
    if (found !== undefined) return found;
    const context = queryContext(c, services);
    const negotiated = `${context.autoFormat} ${url}`;
    let query = known.get(negotiated);
    if (query === undefined) {
      query = parseStylizeQuery(queryOf(c), context);
      known.set(query.presentation.negotiated ? negotiated : url, query);
    }
    return query;
  };
}

async function answerGet(
  c: Context,
  asked: { readonly query: StylizeQuery; readonly client: ClientState },
  services: Services,
): Promise<Response> {
  const { query, client } = asked;
  const { request, presentation } = query;
  assertNoLoop(c);
  try {
    const served = await services.pictures.picture(request, serveOptions(c, client));
    return pictureResponse(c, served, { presentation, shared: true });
  } catch (error) {
    return await substitute(c, { services, query, error });
  }
}

/** Never computes. */
async function answerHead(
  c: Context,
  { request, presentation }: StylizeQuery,
  services: Services,
): Promise<Response> {
  const served = await services.pictures.peek(request, clientState(c));
  if (!served) return notKeptResponse(request.output.format, presentation);
  return pictureResponse(c, served, { presentation, shared: true, head: true });
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
  const cacheControl = `public, max-age=${BRIEF_LIFE}`;
  if (onError !== "original") {
    return new Response(null, {
      status: 302,
      headers: { location: onError.url, "cache-control": cacheControl },
    });
  }
  const plain = { ...request, style: { kind: "none" }, masks: [] } as const;
  const served: Served = await services.pictures.picture(plain, { signal: c.req.raw.signal })
    .catch(() => Promise.reject(error));
  const shared = !("bytes" in request.source);
  const brief = { ...presentation, maxAge: BRIEF_LIFE };
  const response = pictureResponse(c, served, { presentation: brief, shared });
  if (shared && presentation.expires === undefined) {
    response.headers.set("cache-control", cacheControl);
  }
  response.headers.set("pastiche-substitute", "original");
  return response;
}
