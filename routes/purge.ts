import { Hono } from "hono";
import * as z from "zod";
import { STYLE_ID } from "../lib/catalog/mod.ts";
import { SAMPLE, sourceTag } from "../lib/pictures/mod.ts";
import { type Bodies, parseJson } from "./body.ts";
import { RequestError } from "./errors.ts";
import { requireAdministrator } from "./middleware/administrator.ts";
import { placeOf } from "./picture_query.ts";
import type { Services } from "./services.ts";

/** Longest body, in bytes: a URL and its field. */
const MAX_BYTES = 16 * 1024;

/** What `POST /v1/purge` takes: exactly one of these. */
const PURGE_SCHEMA: z.ZodType<PurgeWish> = z.union([
  z.strictObject({ style: z.string().regex(STYLE_ID) }),
  z.strictObject({ model: z.string().regex(/^[\w-]{1,64}$/) }),
  z.strictObject({ url: z.union([z.literal(SAMPLE), z.url()]).transform(placeOf) }),
  z.strictObject({ all: z.literal(true) }),
]);

type PurgeWish =
  | { readonly style: string }
  | { readonly model: string }
  | { readonly url: string }
  | { readonly all: true };

/**
 * `POST /v1/purge`: forgets pictures by style, model or source, or all, and tells the tag by which
 * caches in front can do the same.
 *
 * @param services What the route uses.
 * @param bodies Reads what is sent.
 * @returns The route's app.
 */
export function createPurgeRoute(services: Services, bodies: Bodies): Hono {
  const app = new Hono();
  app.post("/v1/purge", requireAdministrator(services.config.ADMIN_TOKEN), async (c) => {
    using body = await bodies.read(c.req.raw, MAX_BYTES);
    const selector = selectorOf(readWish(body.bytes));
    const purged = await services.pictures.purge(selector);
    return c.json("tag" in selector ? { purged, tag: selector.tag } : { purged });
  });
  return app;
}

function readWish(body: Uint8Array<ArrayBuffer>): PurgeWish {
  const parsed = PURGE_SCHEMA.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  throw new RequestError(
    "invalid_body",
    'Send one of {"style":"id"}, {"model":"name"}, {"url":"https://…"} or {"all":true} as JSON',
  );
}

function selectorOf(wish: PurgeWish): Parameters<Services["pictures"]["purge"]>[0] {
  if ("style" in wish) return { tag: `style-${wish.style}` };
  if ("model" in wish) return { tag: `model-${wish.model}` };
  if ("url" in wish) return { tag: sourceTag(wish.url) };
  return wish;
}
