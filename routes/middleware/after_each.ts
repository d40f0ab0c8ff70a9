import type { Context, MiddlewareHandler } from "hono";

/** Looks at a request that was answered. */
export type Observer = (c: Context, milliseconds: number) => void;

/**
 * Calls observers after each request: one middleware for all of them, as each takes its time from
 * every hit.
 *
 * @param observers Called in this order.
 * @returns The middleware.
 */
export function afterEach(observers: readonly Observer[]): MiddlewareHandler {
  return async function observe(c, next) {
    const start = performance.now();
    await next();
    const milliseconds = performance.now() - start;
    for (const look of observers) look(c, milliseconds);
  };
}
