import type { Context } from "hono";
import type { Freshness, Served } from "../lib/pictures/mod.ts";
import { READABLE } from "./cross_origin.ts";
import { noteCache } from "./observers/observed.ts";
import type { Presentation } from "./picture_query.ts";

/** Life of a picture that anybody may keep: a day in browsers, a year in shared caches. */
const PUBLIC = { maxAge: 86_400, sharedMaxAge: 31_536_000, stale: 604_800 };

/** Seconds that a substitute for a picture that failed, or one that may be out of date, is kept. */
export const BRIEF_LIFE = 60;

/** How this service's own cache answered (RFC 9211). */
const CACHE: Readonly<Record<Freshness, string>> = {
  hit: "hit",
  miss: "fwd=uri-miss",
  bypass: "fwd=bypass",
};

/** Headers of every picture, and of the answer that the client has it. */
const EVERY_PICTURE = Object.entries({
  ...READABLE,
  "content-security-policy": "default-src 'none'; sandbox",
  "cross-origin-resource-policy": "cross-origin",
  "x-content-type-options": "nosniff",
});

/** What a picture's headers depend on besides the picture. */
export interface ResponseOptions {
  /** What the query says of the answer. */
  readonly presentation: Presentation;
  /** Whether shared caches may keep it: not for uploads. */
  readonly shared: boolean;
  /** Whether the body is left out. */
  readonly head?: boolean;
}

/**
 * Makes the response to a request for a picture, and notes for the metrics how the cache answered.
 *
 * @param c The request.
 * @param served The picture.
 * @param options What the headers depend on.
 * @returns 200 with the picture, or 304 where the client has it.
 */
export function pictureResponse(c: Context, served: Served, options: ResponseOptions): Response {
  noteFreshness(c, served);
  const { body } = served;
  const response = new Response(options.head ? null : body, { status: body ? 200 : 304 });
  // Deno takes half as long for these as for headers that a constructor gets.
  writeHeaders(response.headers, served, options);
  return response;
}

/**
 * Notes for the metrics how the cache answered.
 *
 * @param c The request.
 * @param served What it answered.
 */
export function noteFreshness(c: Context, { freshness }: Served): void {
  noteCache(c, CACHE[freshness]);
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

function writeHeaders(headers: Headers, served: Served, options: ResponseOptions): void {
  const { body, tags, timing, type = "application/octet-stream" } = served;
  writeLife(headers, served, options);
  for (const [name, value] of EVERY_PICTURE) headers.append(name, value);
  headers.append("cache-status", cacheStatus(served));
  headers.append("etag", served.etag);
  if (options.presentation.negotiated) headers.append("vary", "Accept");
  if (options.shared && tags.length > 0) headers.append("cache-tag", tags.join(","));
  if (timing !== undefined) headers.append("server-timing", timing);
  if (!body) return;
  headers.append("content-type", type);
  headers.append("content-length", String(body.length));
  const disposition = dispositionOf(options.presentation, type);
  if (disposition !== undefined) headers.append("content-disposition", disposition);
}

function writeLife(headers: Headers, served: Served, options: ResponseOptions): void {
  const { presentation: { maxAge, expires }, shared } = options;
  const most = served.isStale ? BRIEF_LIFE : Infinity;
  const age = Math.min(maxAge ?? PUBLIC.maxAge, most);
  const visibility = shared ? "public" : "private";
  if (expires !== undefined) {
    // A date: no copy outlives its URL, although caches on the way may take its Age away.
    const end = Math.min(Date.now() + 1000 * age, 1000 * expires);
    headers.append("cache-control", visibility);
    headers.append("expires", new Date(end).toUTCString());
    return;
  }
  const sharedAge = Math.min(maxAge ?? PUBLIC.sharedMaxAge, most);
  const stale = `stale-while-revalidate=${PUBLIC.stale}, stale-if-error=${PUBLIC.stale}`;
  const more = shared ? `, s-maxage=${sharedAge}, ${stale}` : "";
  headers.append("cache-control", `${visibility}, max-age=${age}${more}`);
}

function cacheStatus({ body, freshness, ttl }: Served): string {
  const status = `Pastiche; ${CACHE[freshness]}`;
  // What the client has was not made, so it is not stored either.
  if (freshness === "bypass" || (freshness === "miss" && !body)) return status;
  return freshness === "miss" ? `${status}; stored` : `${status}; ttl=${ttl}`;
}

/** `Content-Disposition` (RFC 6266), with an ASCII name for clients that know no other. */
function dispositionOf({ filename, download }: Presentation, type: string): string | undefined {
  if (filename === undefined && !download) return undefined;
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
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
