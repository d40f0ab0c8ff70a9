import type { Context, Next } from "hono";
import { LOOP_HEADER, SourceError } from "../../lib/source/mod.ts";

/**
 * Refuses what this service itself sends to fetch a source (RFC 8586): a picture whose source is a
 * picture of the service would keep it waiting for itself.
 *
 * @param c The request.
 * @param next What would fetch.
 * @throws {SourceError} `loop`.
 */
export async function refuseLoop(c: Context, next: Next): Promise<void> {
  assertNoLoop(c);
  await next();
}

/**
 * The same where a request may do without fetching: what is kept is no loop.
 *
 * @param c The request.
 * @throws {SourceError} `loop`.
 */
export function assertNoLoop(c: Context): void {
  const [name, value] = LOOP_HEADER;
  const passed = c.req.header(name)?.split(",");
  if (passed?.some((one) => one.split(";")[0]?.trim() === value)) {
    throw new SourceError("loop", "The source is a picture of this service itself");
  }
}
