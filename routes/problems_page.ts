import { Hono } from "hono";
import { html, raw } from "hono/html";
import { PROBLEM_KINDS } from "./problem.ts";

/**
 * `GET /docs/problems`: what the `type` of a problem leads to.
 *
 * @returns The route's app.
 */
export function createProblemsPage(): Hono {
  const app = new Hono();
  const rows = Object.entries(PROBLEM_KINDS).map(([code, { status, title }]) =>
    html`
      <tr id="${code}">
        <td><code>${raw(code.replaceAll("_", "_<wbr>"))}</code></td>
        <td>${String(status)}</td>
        <td>${title}</td>
      </tr>
    `
  );
  app.get("/docs/problems", (c) =>
    c.html(
      html`
        <!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Problems of Pastiche</title>
            <link rel="icon" href="../icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="../common.css">
          </head>
          <body>
            <h1>Problems</h1>
            <p>A response that is no success is a problem document (RFC 9457). Its <code>code</code> is one of these; its <code>detail</code> says what was wrong this time.</p>
            <table>
              <thead>
                <tr>
                  <th>code</th>
                  <th>status</th>
                  <th>title</th>
                </tr>
              </thead>
              <tbody>${rows}</tbody>
            </table>
          </body>
        </html>
      `,
      200,
      { "content-security-policy": "default-src 'self'", "cache-control": "public, max-age=300" },
    ));
  return app;
}
