import type { MiddlewareHandler } from "hono";
import { type Verdict, verify } from "../../lib/signing/mod.ts";
import { RequestError } from "../errors.ts";
import type { Services } from "../services.ts";

const REFUSALS: Readonly<Record<Exclude<Verdict, "ok">, RequestError>> = {
  missing: new RequestError("signature_missing", "Only signed URLs are served: sig is missing"),
  wrong: new RequestError("signature_wrong", "The signature does not fit this URL"),
  expired: new RequestError("url_expired", "This URL has expired"),
};

/**
 * Lets only signed URLs through, as soon as a key is set.
 *
 * @param services The keys.
 * @returns The middleware; it throws `signature_missing`, `signature_wrong` or `url_expired`.
 */
export function requireSignature({ config }: Pick<Services, "config">): MiddlewareHandler {
  return async function signature(c, next) {
    if (config.SIGNING_KEYS.size > 0) {
      const { pathname, search } = new URL(c.req.url);
      const seconds = Math.floor(Date.now() / 1000);
      const verdict = await verify(pathname + search, config.SIGNING_KEYS, seconds);
      if (verdict !== "ok") throw REFUSALS[verdict];
    }
    await next();
  };
}
