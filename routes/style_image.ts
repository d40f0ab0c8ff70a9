import { Hono } from "hono";
import type { PictureRequest } from "../lib/pictures/mod.ts";
import { negotiateFormat } from "./accept.ts";
import { RequestError } from "./errors.ts";
import { SIGNING_FIELDS, SIGNING_SCHEMA } from "./fields.ts";
import { readParameters } from "./parameters.ts";
import { readTexts } from "./picture_query.ts";
import { notKeptResponse, pictureResponse } from "./picture_response.ts";
import { clientState, queryOf, serveOptions } from "./query_context.ts";
import type { Services } from "./services.ts";

/** Longest side of a style's image, and its default, in pixels. */
const MAX_SIDE = 1024;
const DEFAULT_SIDE = 320;

/** The side, and what signs. */
const PARAMETERS = ["w", ...Object.keys(SIGNING_FIELDS)];

/** Seconds: a style may change under the same address, so its image is kept for an hour only. */
const MAX_AGE = 3600;
const CACHE_CONTROL = `public, max-age=${MAX_AGE}, stale-while-revalidate=86400`;

/**
 * `GET /v1/styles/{id}/image`: the style's picture as a thumbnail; where only statistics are known,
 * the sample picture painted in it, unless only presets are painted. `HEAD` computes neither.
 *
 * @param services What the route uses.
 * @returns The route's app.
 */
export function createStyleImageRoute(services: Services): Hono {
  const app = new Hono();

  app.get("/v1/styles/:id/image", async (c) => {
    const parameters = readParameters(queryOf(c), PARAMETERS);
    const { expires } = readTexts(parameters, SIGNING_SCHEMA);
    const record = await services.catalog.get(c.req.param("id"));
    const own = await services.catalog.picture(record);
    if (!own && services.config.PRESETS_ONLY) {
      throw new RequestError(
        "invalid_parameter",
        `Only presets are painted here: the style "${record.id}" has no picture of its own`,
      );
    }
    const request: PictureRequest = {
      source: own ? { bytes: own } : { sample: true },
      style: own ? { kind: "none" } : { kind: "catalog", styles: [{ id: record.id, weight: 1 }] },
      masks: [],
      alpha: 1,
      colour: "style",
      geometry: {
        width: readSide(parameters["w"]),
        height: readSide(parameters["w"]),
        fit: "inside",
        gravity: { x: 0.5, y: 0.5 },
        dpr: 1,
        enlarge: false,
        maxSide: MAX_SIDE,
      },
      model: services.config.MODEL,
      output: { format: negotiateFormat(c.req.header("accept")) },
    };
    const ends = expires === undefined ? {} : { expires };
    const presentation = { negotiated: true, download: false, maxAge: MAX_AGE, ...ends };
    const head = c.req.method === "HEAD";
    const served = head
      ? await services.pictures.peek(request, clientState(c))
      : await services.pictures.picture(request, serveOptions(c));
    if (!served) return notKeptResponse(request.output.format, presentation);
    const tagged = { ...served, tags: [`style-${record.id}`] };
    const response = pictureResponse(c, tagged, { presentation, shared: true, head });
    if (expires === undefined && !served.isStale) {
      response.headers.set("cache-control", CACHE_CONTROL);
    }
    return response;
  });

  return app;
}

function readSide(value: string | undefined): number {
  if (value === undefined) return DEFAULT_SIDE;
  if (/^\d{1,4}$/.test(value) && Number(value) >= 1 && Number(value) <= MAX_SIDE) {
    return Number(value);
  }
  throw new RequestError(
    "invalid_parameter",
    `Cannot use w=${value.slice(0, 80)}: it must be a whole number from 1 to ${MAX_SIDE}`,
  );
}
