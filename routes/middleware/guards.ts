import type { MiddlewareHandler } from "hono";
import type { Services } from "../services.ts";
import { rateLimit } from "./rate_limit.ts";
import { requireSignature } from "./signature.ts";

/**
 * What a request for a picture has to pass, as far as the settings switch it on.
 *
 * @param services The settings.
 * @returns The middleware in its order; none where all may ask for everything.
 */
export function guards({ config }: Pick<Services, "config">): readonly MiddlewareHandler[] {
  return [
    ...(config.SIGNING_KEYS.size > 0 ? [requireSignature(config.SIGNING_KEYS)] : []),
    ...(config.RATE_LIMIT === undefined ? [] : [rateLimit(config.RATE_LIMIT, config.TRUST_PROXY)]),
  ];
}
