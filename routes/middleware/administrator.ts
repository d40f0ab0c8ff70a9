import type { MiddlewareHandler } from "hono";
import { RequestError } from "../errors.ts";

/**
 * Lets only requests with the administration token through (RFC 6750).
 *
 * @param token The token; absent: administration is off.
 * @returns The middleware; it throws `administration_off` or `unauthorized`.
 */
export function requireAdministrator(token: string | undefined): MiddlewareHandler {
  return async function administrator(c, next) {
    if (token === undefined) {
      throw new RequestError(
        "administration_off",
        "Administration is off: set ADMIN_TOKEN to switch it on",
      );
    }
    const given = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined || !await sameText(given, token)) {
      throw new RequestError("unauthorized", "Send the token as Authorization: Bearer", {
        "www-authenticate": "Bearer",
      });
    }
    await next();
  };
}

/** Compares digests, so that the time taken says nothing of the token. */
async function sameText(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all(
    [a, b].map(async (text) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
    ),
  );
  return x !== undefined && y !== undefined &&
    x.reduce((difference, byte, i) => difference | (byte ^ (y[i] ?? 0)), 0) === 0;
}
