import type { Context } from "hono";
import { negotiateFormat } from "./accept.ts";
import { assertMatch, matchesEtag } from "./conditional.ts";
import type { QueryContext } from "./picture_query.ts";
import type { Services } from "./services.ts";
import type { ClientState, ServeOptions } from "../lib/pictures/mod.ts";

/**
 * @param c The request.
 * @param services Settings and presets.
 * @param body The picture in the body.
 * @returns What the server adds to the request's query.
 */
export function queryContext(
  c: Context,
  { config, presets, sourcePolicy }: Services,
  body?: Uint8Array<ArrayBuffer>,
): QueryContext {
  const autoFormat = negotiateFormat(c.req.header("accept"));
  return { config, presets, sourcePolicy, autoFormat, ...(body ? { body } : {}) };
}

/**
 * @param c The request.
 * @returns What its client has, or wants no other picture than; telling throws
 * `precondition_failed`.
 */
export function clientState(c: Context): ClientState {
  const wanted = c.req.header("if-match");
  const known = c.req.header("if-none-match");
  if (wanted === undefined && known === undefined) return {};
  return {
    isKnown: (etag) => {
      assertMatch(wanted, etag);
      return matchesEtag(known, etag);
    },
  };
}

/**
 * @param c The request.
 * @param client What its client has, if that is known already.
 * @returns Its signal, and what its client has.
 */
export function serveOptions(c: Context, client: ClientState = clientState(c)): ServeOptions {
  const { raw } = c.req;
  // Not asked for on a hit: to make it takes longer than to look into the memory.
  return {
    get signal() {
      return raw.signal;
    },
    ...client,
  };
}

/**
 * @param c The request.
 * @returns The pairs of its query.
 */
export function queryOf(c: Context): URLSearchParams {
  return new URL(c.req.url).searchParams;
}
