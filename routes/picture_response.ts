import type { Context } from "hono";
import type { Freshness, Served } from "../lib/pictures/mod.ts";
import { READABLE } from "./cross_origin.ts";
import { noteCache } from "./observers/observed.ts";
import type { Presentation } from "./picture_query.ts";

/** Life of a picture that anybody may keep: a day in browsers, a year in shared caches. */
const PUBLIC = { maxAge: 86_400, sharedMaxAge: 31_536_000, stale: 604_800 };

/** Seconds that a substitute for a picture that failed, or a stale picture, may be kept. */
export const BRIEF_LIFE = 60;

/** How this service's own cache answered (RFC 9211). */
const CACHE: Readonly<Record<Freshness, string>> = {
  hit: "hit",
  stale: "hit",
  miss: "fwd=uri-miss",
  bypass: "fwd=bypass",
};

/** What a picture's headers depend on besides the picture. */
export interface ResponseOptions {
  /** What the query says of the answer. */
  readonly presentation: Presentation;
  /** Whether shared caches may keep it: not for uploads. */
  readonly shared: boolean;
  /** Whether the body is left out. */
  readonly head?: boolean;
}

/** An answer that is given again and again, all but its body. */
interface Prepared {
  readonly presentation: Presentation;
  readonly init: ResponseInit;
}

const prepared = new WeakMap<Served, Prepared>();

/**
 * Makes the response to a request for a picture, and notes for the metrics how the cache answered.
 *
 * @param c The request.
 * @param served The picture.
 * @param options What the headers depend on.
 * @returns 200 with the picture, or 304 where the client has it.
 */
export function pictureResponse(c: Context, served: Served, options: ResponseOptions): Response {
  noteCache(c, CACHE[served.freshness]);
  const { body } = served;
  if (!body) return new Response(null, { status: 304, headers: sharedHeaders(served, options) });
  return new Response(options.head ? null : body, { headers: fullHeaders(served, body, options) });
}

/**
 * The same for what is at hand in memory: the headers are made once for each object and query.
 *
 * @param c The request.
 * @param served The picture.
 * @param options What the headers depend on.
 * @returns As {@linkcode pictureResponse}.
 */
export function readyResponse(c: Context, served: Served, options: ResponseOptions): Response {
  const { body } = served;
  if (!body) return pictureResponse(c, served, options);
  noteCache(c, CACHE[served.freshness]);
  const { presentation } = options;
  let known = prepared.get(served);
  if (known?.presentation !== presentation) {
    known = { presentation, init: { headers: fullHeaders(served, body, options) } };
    prepared.set(served, known);
  }
  return new Response(body, known.init);
}

/**
 * Answers `HEAD` for a picture that is not kept: it is not made for that, so it has neither length
 * nor entity tag yet.
 *
 * @param format Format that was asked for, or `auto` with what the client takes.
 * @param presentation What the query says of the answer.
 * @returns 200 without a body, kept by nobody.
 */
export function notKeptResponse(format: string, { negotiated }: Presentation): Response {
  return new Response(null, {
    headers: {
      "cache-control": "no-store",
      ...(format.startsWith("auto") ? {} : { "content-type": `image/${format}` }),
      ...(negotiated ? { vary: "Accept" } : {}),
    },
  });
}

/** Headers that an answer without the picture has too. */
function sharedHeaders(served: Served, options: ResponseOptions): Record<string, string> {
  return {
    ...lifeOf(served, options),
    ...READABLE,
    "cache-status": cacheStatus(served),
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    etag: served.etag,
    "x-content-type-options": "nosniff",
    ...(options.presentation.negotiated ? { vary: "Accept" } : {}),
    ...(options.shared && served.tags.length > 0 ? { "cache-tag": served.tags.join(",") } : {}),
    ...(served.timing === undefined ? {} : { "server-timing": served.timing }),
  };
}

function fullHeaders(
  served: Served,
  body: Uint8Array,
  options: ResponseOptions,
): Record<string, string> {
  const { type = "application/octet-stream" } = served;
  return {
    ...sharedHeaders(served, options),
    "content-type": type,
    "content-length": String(body.length),
    ...disposition(options.presentation, type),
  };
}

function lifeOf(served: Served, options: ResponseOptions): Record<string, string> {
  const { presentation: { maxAge, expires }, shared } = options;
  const most = served.freshness === "stale" ? BRIEF_LIFE : Infinity;
  const age = Math.min(maxAge ?? PUBLIC.maxAge, most);
  const visibility = shared ? "public" : "private";
  if (expires !== undefined) {
    // A date: no copy outlives its URL, although caches on the way may take its Age away.
    const end = Math.min(Date.now() + 1000 * age, 1000 * expires);
    return { "cache-control": visibility, expires: new Date(end).toUTCString() };
  }
  if (!shared) return { "cache-control": `${visibility}, max-age=${age}` };
  const sharedAge = Math.min(maxAge ?? PUBLIC.sharedMaxAge, most);
  const stale = `stale-while-revalidate=${PUBLIC.stale}, stale-if-error=${PUBLIC.stale}`;
  return { "cache-control": `${visibility}, max-age=${age}, s-maxage=${sharedAge}, ${stale}` };
}

function cacheStatus({ body, freshness, ttl }: Served): string {
  const status = `Pastiche; ${CACHE[freshness]}`;
  // What the client has was not made, so it is not stored either.
  if (freshness === "bypass" || (freshness === "miss" && !body)) return status;
  return freshness === "miss" ? `${status}; stored` : `${status}; ttl=${ttl}`;
}

/** `Content-Disposition` (RFC 6266), with an ASCII name for clients that know no other. */
function disposition(
  { filename, download }: Presentation,
  type: string,
): Record<string, string> {
  if (filename === undefined && !download) return {};
  const format = type.replace(/^image\//, "");
  const extensions = format === "jpeg" ? [".jpg", ".jpeg"] : [`.${format}`];
  const given = filename ?? "picture";
  const isWhole = extensions.some((extension) => given.toLowerCase().endsWith(extension));
  const name = isWhole ? given : `${given}${extensions[0]}`;
  const ascii = name.replace(/[^\x20-\x7e]/g, "_").replace(/["\\%]/g, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const kind = download ? "attachment" : "inline";
  return { "content-disposition": `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}` };
}
