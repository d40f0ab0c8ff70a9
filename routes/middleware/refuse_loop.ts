import type { MiddlewareHandler } from "hono";
import { LOOP_HEADER, SourceError } from "../../lib/source/mod.ts";

/**
 * Refuses what this service itself sends to fetch a source (RFC 8586): a picture whose source is a
 * picture of the service would keep it waiting for itself.
 *
 * @returns The middleware; it throws `loop`.
 */
export function refuseLoop(): MiddlewareHandler {
  const [name, value] = LOOP_HEADER;
  return async function loop(c, next) {
    const passed = (c.req.header(name) ?? "").split(",");
    if (passed.some((one) => one.split(";")[0]?.trim() === value)) {
      throw new SourceError("loop", "The source is a picture of this service itself");
    }
    await next();
  };
}
