import { type Context, Hono } from "hono";
import { getAbsoluteFSPath } from "swagger-ui-dist";
import { openApiDocument } from "./openapi.ts";
import type { Services } from "./services.ts";

/** Files of the page of the interface, from the package that draws it. */
const FILES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>The interface of Pastiche</title>
    <link rel="icon" href="icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <script src="docs/swagger-ui-bundle.js" defer></script>
    <script src="docs/start.js" defer></script>
  </head>
  <body><div id="interface"></div></body>
</html>
`;

const START = `SwaggerUIBundle({ url: "openapi.json", dom_id: "#interface" });\n`;

/**
 * The page needs inline styles, data URIs for its icons and blobs for the pictures that are tried
 * out; scripts are its own only.
 */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";

/**
 * `GET /openapi.json` and `GET /docs`: the interface for machines and for people.
 *
 * @param services The settings.
 * @returns The route's app.
 */
export function createDocsRoute({ config }: Services): Hono {
  const app = new Hono();

  app.get("/openapi.json", (c) => {
    // Relative to the document: also behind TLS, or a folder that a proxy takes off the path.
    const servers = config.PUBLIC_URL === undefined ? ["."] : [config.PUBLIC_URL, "."];
    return c.json(openApiDocument(servers), 200, {
      "cache-control": "public, max-age=300",
    });
  });

  app.get("/docs", (c) => asset(c, PAGE, "text/html; charset=utf-8"));
  app.get("/docs/start.js", (c) => asset(c, START, "text/javascript; charset=utf-8"));
  for (const [name, type] of Object.entries(FILES)) {
    app.get(`/docs/${name}`, async (c) => {
      return asset(c, await Deno.readFile(`${getAbsoluteFSPath()}/${name}`), type);
    });
  }
  return app;
}

function asset(c: Context, body: string | Uint8Array<ArrayBuffer>, type: string): Response {
  return c.body(body, 200, {
    "content-type": type,
    "content-security-policy": POLICY,
    "cache-control": "public, max-age=300",
  });
}
