import { Hono } from "hono";
import type { Services } from "./services.ts";

/** The files of the first page; nothing else of the folder is served. */
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
  "/sample.jpg": ["sample.jpg", "image/jpeg"],
};

/**
 * The first page: one photograph in every style of the catalog.
 *
 * @param services Where the files are.
 * @returns The route's app.
 */
export function createHomeRoute(services: Services): Hono {
  const app = new Hono();
  for (const [path, [file, type]] of Object.entries(FILES)) {
    app.get(path, async () => {
      const body = await Deno.readFile(new URL(file, services.staticFolder));
      return new Response(body, {
        headers: {
          "content-type": type,
          "cache-control": "public, max-age=300",
          "content-security-policy": "default-src 'self'; img-src 'self' data:",
        },
      });
    });
  }
  return app;
}
