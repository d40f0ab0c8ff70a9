import type { AutoFormat } from "../lib/compute/mod.ts";

/**
 * Chooses what `fm=auto` means from an `Accept` header (RFC 9110 section 12.5.1), into three
 * buckets so that caches keep few variants. Only a type that is named counts: `*\/*` and `image/*`
 * are sent by clients that cannot show newer formats too.
 *
 * @param accept The header; absent: no preference.
 * @returns `auto-avif` for a client that takes AVIF and WebP, `auto-webp` for one that takes WebP,
 *   else `auto`: JPEG or PNG.
 *
 * @example A quality of 0 means never
 * ```ts
 * import { negotiateFormat } from "./accept.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(negotiateFormat("image/avif,image/webp,*\/*;q=0.8"), "auto-avif");
 * assert.equal(negotiateFormat("image/avif;q=0,image/webp"), "auto-webp");
 * assert.equal(negotiateFormat("image/webp;q=0,image/png"), "auto");
 * ```
 */
export function negotiateFormat(accept: string | undefined): AutoFormat {
  const text = accept?.toLowerCase() ?? "";
  if (!text.includes("image/webp")) return "auto";
  const qualities = new Map<string, number>();
  for (const range of text.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
    qualities.set(type, /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0);
  }
  const takes = (type: string): boolean => (qualities.get(type) ?? 0) > 0;
  if (!takes("image/webp")) return "auto";
  return takes("image/avif") ? "auto-avif" : "auto-webp";
}
