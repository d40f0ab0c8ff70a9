import { type Context, Hono } from "hono";
import * as z from "zod";
import { isStyleId, type StyleMetadata, type StyleRecord } from "../lib/catalog/mod.ts";
import { type Bodies, parseJson } from "./body.ts";
import { RequestError } from "./errors.ts";
import { requireAdministrator } from "./middleware/administrator.ts";
import type { Fields } from "./fields.ts";
import { readParameters } from "./parameters.ts";
import { readTexts } from "./picture_query.ts";
import { queryOf } from "./query_context.ts";
import type { Services } from "./services.ts";
import { createStyleImageRoute } from "./style_image.ts";

/** Styles on a page of the list, at the most. */
const MAX_PAGE = 200;

/** Longest text of a style's metadata, in characters. */
const MAX_TEXT = 500;

/** The catalog changes seldom, and its readers should see it soon. */
const CACHED = { "cache-control": "max-age=60" };

const LENGTH = `must have 1 to ${MAX_TEXT} characters`;

const text = z.string().trim().min(1, LENGTH).max(MAX_TEXT, LENGTH);

const FIELDS = {
  title: text.optional(),
  artist: text.optional(),
  year: z.string().regex(/^-?\d{1,4}$/, "must be a year from -9999 to 9999").transform(Number)
    .meta({ schema: { type: "integer", minimum: -9999, maximum: 9999 } }).optional(),
  licence: text.optional(),
  description: text.optional(),
};

/** What is told of a style besides its picture; the same schemas validate and document it. */
export const METADATA_FIELDS: Fields = FIELDS;

const METADATA = z.object(FIELDS);

/**
 * `/v1/styles`: the catalog, and its administration.
 *
 * @param services What the routes use.
 * @param bodies Reads what is sent.
 * @returns The routes' app.
 */
export function createStylesRoute(services: Services, bodies: Bodies): Hono {
  const { catalog, config } = services;
  const app = new Hono();
  const administrator = requireAdministrator(config.ADMIN_TOKEN);

  app.get("/v1/styles", async (c) => {
    const { limit = "100", cursor } = readParameters(queryOf(c), ["limit", "cursor"]);
    if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_PAGE) {
      throw new RequestError("invalid_parameter", `Cannot use limit: 1 to ${MAX_PAGE} are allowed`);
    }
    if (cursor !== undefined && !isStyleId(cursor)) {
      throw new RequestError("invalid_parameter", "Cannot use cursor: take it from next");
    }
    const page = await catalog.list(Number(limit), cursor);
    const next = page.cursor === undefined ? {} : { next: nextPage(limit, page.cursor) };
    return c.json({ styles: page.styles.map(describe), ...next }, 200, CACHED);
  });

  app.get("/v1/styles/:id", async (c) => {
    readParameters(queryOf(c), []);
    return c.json(describe(await catalog.get(c.req.param("id"))), 200, CACHED);
  });

  app.put("/v1/styles/:id", administrator, async (c) => {
    const id = c.req.param("id");
    const metadata = readMetadata(c, id);
    using body = await bodies.read(c.req.raw, config.MAX_SOURCE_BYTES);
    const picture = await readPicture(c, services, body.bytes);
    const model = services.models.get(config.MODEL);
    if (!model) throw new TypeError(`the default model ${config.MODEL} is not installed`);
    const { record, created } = await catalog.put(id, picture, {
      metadata,
      origin: "user",
      model,
    });
    return c.json(describe(record), created ? 201 : 200);
  });

  app.delete("/v1/styles/:id", administrator, async (c) => {
    readParameters(queryOf(c), []);
    await catalog.delete(c.req.param("id"));
    return c.body(null, 204);
  });

  app.route("/", createStyleImageRoute(services));
  return app;
}

/** The body is the picture, or JSON with its URL, whatever its type is said to be. */
async function readPicture(
  c: Context,
  services: Services,
  body: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const type = c.req.header("content-type") ?? "";
  if (/^multipart\/form-data\b/i.test(type)) throw wrongBody();
  if (!/^application\/json\b/i.test(type) && body[0] !== BRACE) return body;
  const parsed = BODY.safeParse(parseJson(body));
  if (parsed.success) {
    return (await services.pictures.source(parsed.data, c.req.raw.signal)).body;
  }
  throw wrongBody();
}

function wrongBody(): RequestError {
  const text = 'Send the picture itself as the body, or {"url":"https://…"} as JSON; no form';
  return new RequestError("invalid_body", text);
}

/** `{` begins an object of JSON, and no picture. */
const BRACE = 0x7b;

const BODY = z.strictObject({ url: z.string() });

/** Undefined where the query tells nothing. */
function readMetadata(c: Context, id: string): StyleMetadata | undefined {
  const texts = readParameters(queryOf(c), Object.keys(METADATA.shape));
  const known = Object.entries(readTexts(texts, METADATA));
  const entries = known.filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : { title: id, ...Object.fromEntries(entries) };
}

/** A style as clients see it. */
function describe(record: StyleRecord): Record<string, unknown> {
  const { picture, ...rest } = record;
  return {
    ...rest,
    ...(picture ? { picture: { width: picture.width, height: picture.height } } : {}),
    image: `/v1/styles/${record.id}/image`,
  };
}

function nextPage(limit: string, cursor: string): string {
  return `/v1/styles?${new URLSearchParams({ limit, cursor })}`;
}
