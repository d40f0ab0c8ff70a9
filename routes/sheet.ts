import { Hono } from "hono";
import { notKeptResponse, pictureResponse } from "./picture_response.ts";
import { clientState, queryContext, queryOf, serveOptions } from "./query_context.ts";
import type { Services } from "./services.ts";
import { parseSheetQuery } from "./sheet_query.ts";

/**
 * `GET /v1/sheet`: one content in many styles, as one picture.
 *
 * @param services What the route uses.
 * @returns The route's app.
 */
export function createSheetRoute(services: Services): Hono {
  const app = new Hono();
  app.get("/v1/sheet", async (c) => {
    const { request, presentation } = parseSheetQuery(queryOf(c), queryContext(c, services));
    const head = c.req.method === "HEAD";
    const served = head
      ? await services.pictures.peek(request, clientState(c))
      : await services.pictures.sheet(request, serveOptions(c));
    if (!served) return notKeptResponse(request.output.format, presentation);
    return pictureResponse(c, served, { presentation, shared: true, head });
  });
  return app;
}
