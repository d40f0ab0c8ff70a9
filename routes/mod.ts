import { Hono } from "hono";
import type { LogLevel } from "../lib/log.ts";
import { SourceError } from "../lib/source/mod.ts";
import { RequestError } from "./errors.ts";
import { createDocsRoute } from "./docs.ts";
import { createHealthRoute } from "./health.ts";
import { createHomeRoute } from "./home.ts";
import { createInfoRoute } from "./info.ts";
import { createMetricsRoute } from "./metrics.ts";
import { refuseLoop } from "./middleware/refuse_loop.ts";
import { requestLog } from "./middleware/request_log.ts";
import { createProblemsPage } from "./problems_page.ts";
import { codeOf, problemResponse, statusOf } from "./problem.ts";
import { createPurgeRoute } from "./purge.ts";
import type { Services } from "./services.ts";
import { createSheetRoute } from "./sheet.ts";
import { createStylesRoute } from "./styles.ts";
import { createStylizeRoute } from "./stylize.ts";

/** Methods of each route, to tell a wrong method from a wrong path. */
const METHODS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/stylize$/, "GET, HEAD, POST"],
  [/^\/v1\/(?:sheet|info|styles)$/, "GET, HEAD"],
  [/^\/v1\/purge$/, "POST"],
  [/^\/v1\/styles\/[^/]+$/, "GET, HEAD, PUT, DELETE"],
  [/^\/v1\/styles\/[^/]+\/image$/, "GET, HEAD"],
  [
    /^\/(?:|healthz|readyz|metrics|page\/addresses|sample\.jpg|page\.js|page\.css|icon\.svg|openapi\.json|docs(?:\/[\w.-]+)?)$/,
    "GET, HEAD",
  ],
];

/**
 * Builds the service's HTTP side.
 *
 * @param services Everything that the routes use.
 * @returns The app; give its `fetch` to a server.
 */
export function createApp(services: Services): Hono {
  const app = new Hono();

  app.use(requestLog(services.log));
  app.use(async function hardenResponse(c, next) {
    await next();
    c.res.headers.set("x-content-type-options", "nosniff");
  });

  app.use("/v1/*", refuseLoop());

  app.route("/", createMetricsRoute(services));
  app.route("/", createHealthRoute(services));
  app.route("/", createStylizeRoute(services));
  app.route("/", createSheetRoute(services));
  app.route("/", createInfoRoute(services));
  app.route("/", createStylesRoute(services));
  app.route("/", createPurgeRoute(services));
  app.route("/", createHomeRoute(services));
  app.route("/", createProblemsPage());
  app.route("/", createDocsRoute(services));

  app.onError((error, c) => {
    if (statusOf(error) >= 500) {
      services.log(levelOf(error), error.message, {
        code: codeOf(error),
        path: c.req.path,
        cause: error.cause instanceof Error ? error.cause.message : undefined,
        ...(codeOf(error) === "internal" ? { stack: error.stack } : {}),
      });
    }
    return problemResponse(error, c.req.path);
  });

  app.notFound((c) => {
    const allow = METHODS.find(([path]) => path.test(c.req.path))?.[1];
    const error = allow === undefined
      ? new RequestError("not_found", `There is nothing at ${c.req.path.slice(0, 200)}`)
      : new RequestError("method_not_allowed", `${c.req.path} takes ${allow}`, { allow });
    return problemResponse(error, c.req.path);
  });

  return app;
}

function levelOf(error: Error): LogLevel {
  // What fails outside is no fault of this service.
  if (error instanceof SourceError) return "warn";
  // Something is away or full: that is told once. A line for each request would be a storm.
  return statusOf(error) === 503 ? "debug" : "error";
}
