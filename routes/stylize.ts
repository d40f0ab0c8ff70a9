import { type Context, Hono } from "hono";
import type { PictureRequest } from "../lib/pictures/mod.ts";
import { negotiateFormat } from "./accept.ts";
import { readBody } from "./body.ts";
import { matchesEtag } from "./conditional.ts";
import { pictureHeaders, serverTiming } from "./picture_response.ts";
import type { Services } from "./services.ts";
import { parseStylizeQuery } from "./stylize_query.ts";

/**
 * `GET`, `HEAD` and `POST /v1/stylize`: a picture painted in a style.
 *
 * @param services What the route uses.
 * @returns The route's app.
 */
export function createStylizeRoute(services: Services): Hono {
  const app = new Hono();

  app.get("/v1/stylize", async (c) => {
    const query = readQuery(c, services);
    if (c.req.method === "HEAD") {
      await services.pictures.check(query.request);
      return c.body(null, 200, headHeaders(query.request, query.negotiated));
    }
    return await answer(c, { services, ...query, shared: true });
  });

  app.post("/v1/stylize", async (c) => {
    const body = await readBody(c.req.raw, services.config.MAX_SOURCE_BYTES);
    return await answer(c, { services, ...readQuery(c, services, body), shared: false });
  });

  return app;
}

/** What {@linkcode answer} needs. */
interface Asked {
  readonly services: Services;
  readonly request: PictureRequest;
  readonly negotiated: boolean;
  readonly shared: boolean;
}

function readQuery(
  c: Context,
  { config }: Services,
  body?: Uint8Array<ArrayBuffer>,
): { request: PictureRequest; negotiated: boolean } {
  return parseStylizeQuery(new URL(c.req.url).searchParams, {
    config,
    autoFormat: negotiateFormat(c.req.header("accept")),
    ...(body ? { body } : {}),
  });
}

async function answer(c: Context, asked: Asked): Promise<Response> {
  const { services, request, negotiated, shared } = asked;
  const { signal } = c.req.raw;
  const prepared = await services.pictures.prepare(request, signal);
  const headers = pictureHeaders({
    etag: prepared.etag,
    negotiated,
    shared,
    tags: tagsOf(request),
  });
  if (matchesEtag(c.req.header("if-none-match"), prepared.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const picture = await prepared.paint(signal);
  return new Response(picture.body, {
    headers: {
      ...headers,
      "content-type": `image/${picture.format}`,
      "content-length": String(picture.body.length),
      "server-timing": serverTiming(picture, prepared.fetchTime),
    },
  });
}

/** Without the source neither length nor entity tag is known, and `auto` may become either type. */
function headHeaders(request: PictureRequest, negotiated: boolean): Record<string, string> {
  const { format } = request.output;
  return {
    ...(format === "auto" ? {} : { "content-type": `image/${format}` }),
    ...(negotiated ? { vary: "Accept" } : {}),
    "cache-control": "no-store",
  };
}

function tagsOf({ style, model }: PictureRequest): string[] {
  const styles = style.kind === "catalog" ? style.styles.map(({ id }) => `style-${id}`) : [];
  return [...styles, `model-${model}`];
}
