import type { MiddlewareHandler } from "hono";
import { type SigningKeys, type Verdict, verify } from "../../lib/signing/mod.ts";
import { RequestError } from "../errors.ts";

const REFUSALS: Readonly<Record<Exclude<Verdict, "ok">, RequestError>> = {
  missing: new RequestError("signature_missing", "Only signed URLs are served: sig is missing"),
  wrong: new RequestError("signature_wrong", "The signature does not fit this URL"),
  expired: new RequestError("url_expired", "This URL has expired"),
};

/**
 * Lets only signed URLs through.
 *
 * @param keys The keys that are valid.
 * @returns The middleware; it throws `signature_missing`, `signature_wrong` or `url_expired`.
 */
export function requireSignature(keys: SigningKeys): MiddlewareHandler {
  return async function signature(c, next) {
    const { pathname, search } = new URL(c.req.url);
    const seconds = Math.floor(Date.now() / 1000);
    const verdict = await verify(pathname + search, keys, seconds);
    if (verdict !== "ok") throw REFUSALS[verdict];
    await next();
  };
}
