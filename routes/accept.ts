/** Formats that content negotiation may choose, best first. */
const NEGOTIATED = ["webp"] as const;

/**
 * Chooses the format of `fm=auto` from an `Accept` header (RFC 9110 section 12.5.1), into few
 * buckets so that caches keep few variants. Only a type that is named counts: `*\/*` and `image/*`
 * are sent by clients that cannot show newer formats too.
 *
 * @param accept The header; absent: no preference.
 * @returns A format that the client named with a quality above 0, or `auto` for JPEG and PNG.
 *
 * @example A quality of 0 means never
 * ```ts
 * import { negotiateFormat } from "./accept.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(negotiateFormat("image/webp,*\/*;q=0.8"), "webp");
 * assert.equal(negotiateFormat("image/webp;q=0,image/png"), "auto");
 * ```
 */
export function negotiateFormat(accept: string | undefined): "auto" | "webp" {
  const qualities = new Map<string, number>();
  for (const range of (accept ?? "").split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
    qualities.set(type, /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0);
  }
  return NEGOTIATED.find((format) => (qualities.get(`image/${format}`) ?? 0) > 0) ?? "auto";
}
