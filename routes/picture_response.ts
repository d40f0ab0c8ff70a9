import type { Served } from "../lib/pictures/mod.ts";
import type { Presentation } from "./picture_query.ts";

/** Life of a picture that anybody may keep: a day in browsers, a year in shared caches. */
const PUBLIC = { maxAge: 86_400, sharedMaxAge: 31_536_000, stale: 604_800 };

/** Seconds that a substitute for a picture that failed may be kept. */
export const SUBSTITUTE_LIFE = 60;

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
 * Makes the response to a request for a picture.
 *
 * @param served The picture.
 * @param options What the headers depend on.
 * @returns 200 with the picture, or 304 where the client has it.
 */
export function pictureResponse(served: Served, options: ResponseOptions): Response {
  const headers = {
    "cache-control": cacheControl(options),
    "cache-status": cacheStatus(served),
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    etag: served.etag,
    ...(options.presentation.negotiated ? { vary: "Accept" } : {}),
    ...(options.shared && served.tags.length > 0 ? { "cache-tag": served.tags.join(",") } : {}),
    ...(served.timing === undefined ? {} : { "server-timing": served.timing }),
  };
  if (!served.body) return new Response(null, { status: 304, headers });
  const { type = "application/octet-stream", body } = served;
  return new Response(options.head ? null : body, {
    headers: {
      ...headers,
      "content-type": type,
      "content-length": String(body.length),
      ...disposition(options.presentation, type),
    },
  });
}

function cacheControl({ presentation: { maxAge }, shared }: ResponseOptions): string {
  if (!shared) return `private, max-age=${maxAge ?? PUBLIC.maxAge}`;
  const { sharedMaxAge, stale } = PUBLIC;
  const ages = `max-age=${maxAge ?? PUBLIC.maxAge}, s-maxage=${maxAge ?? sharedMaxAge}`;
  return `public, ${ages}, stale-while-revalidate=${stale}, stale-if-error=${stale}`;
}

/** How this service's own cache answered (RFC 9211). */
function cacheStatus({ freshness, ttl }: Served): string {
  const seconds = Math.floor(ttl / 1000);
  switch (freshness) {
    case "hit":
    case "stale":
      return `Pastiche; hit; ttl=${seconds}`;
    case "miss":
      return "Pastiche; fwd=uri-miss; stored";
    case "bypass":
      return "Pastiche; fwd=bypass";
  }
}

/** `Content-Disposition` (RFC 6266), with an ASCII name for clients that know no other. */
function disposition(
  { filename, download }: Presentation,
  type: string,
): Record<string, string> {
  if (filename === undefined && !download) return {};
  const extension = `.${type.replace(/^image\//, "").replace("jpeg", "jpg")}`;
  const given = filename ?? "picture";
  const name = given.toLowerCase().endsWith(extension) ? given : given + extension;
  const ascii = name.replace(/[^\x20-\x7e]/g, "_").replace(/["\\%]/g, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const kind = download ? "attachment" : "inline";
  return { "content-disposition": `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}` };
}
