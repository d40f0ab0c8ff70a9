import type { Hono } from "hono";

/**
 * Serves an app on a free loopback port, and prints its origin.
 *
 * @param app The app.
 */
export function serve(app: Hono): void {
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => {
      Deno.stdout.writeSync(new TextEncoder().encode(`http://127.0.0.1:${port}\n`));
    },
  }, app.fetch);
}
