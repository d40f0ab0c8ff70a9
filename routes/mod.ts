import { type Context, Hono } from "hono";
import { isWritten, type LogLevel } from "../lib/log.ts";
import { SourceError } from "../lib/source/mod.ts";
import { RequestError } from "./errors.ts";
import { Bodies } from "./body.ts";
import { createPreflightRoute, shareResponse } from "./cross_origin.ts";
import { createDocsRoute } from "./docs.ts";
import { openLength } from "./head_answer.ts";
import { createHealthRoute } from "./health.ts";
import { createHomeRoute } from "./home.ts";
import { createInfoRoute } from "./info.ts";
import { createMetricsRoute } from "./metrics.ts";
import { guards } from "./middleware/guards.ts";
import { refuseLoop } from "./middleware/refuse_loop.ts";
import { hardenResponse } from "./observers/harden_response.ts";
import { observed } from "./observers/observed.ts";
import { requestCount } from "./observers/request_count.ts";
import { RequestCounts } from "./observers/request_counts.ts";
import { requestLog } from "./observers/request_log.ts";
import { createProblemsPage } from "./problems_page.ts";
import { codeOf, problemResponse, statusOf } from "./problem.ts";
import { createPurgeRoute } from "./purge.ts";
import type { Services } from "./services.ts";
import { createSheetRoute } from "./sheet.ts";
import { createStylesRoute } from "./styles.ts";
import { createStylizeRoute } from "./stylize.ts";

/** Methods of each route, to tell a wrong method from a wrong path. */
const METHODS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/stylize$/, "GET, HEAD, POST, OPTIONS"],
  [/^\/v1\/(?:sheet|info|styles)$/, "GET, HEAD, OPTIONS"],
  [/^\/v1\/purge$/, "POST"],
  [/^\/v1\/styles\/[^/]+$/, "GET, HEAD, PUT, DELETE, OPTIONS"],
  [/^\/v1\/styles\/[^/]+\/image$/, "GET, HEAD, OPTIONS"],
  [
    /^\/(?:|healthz|readyz|metrics|page\/addresses|sample\.jpg|page\.js|page\.css|icon\.svg|openapi\.json|docs(?:\/[\w.-]+)?)$/,
    "GET, HEAD",
  ],
];

/** Routes that paint. */
const PAINTED = ["/v1/stylize", "/v1/sheet", "/v1/info", "/v1/styles/:id/image"];

/**
 * Builds the service's HTTP side.
 *
 * @param services Everything that the routes use.
 * @returns The app; give its `fetch` to a server.
 */
export function createApp(services: Services): Hono {
  const app = new Hono();

  const uploads = new Bodies(services.config.QUEUE_BYTES);
  // Apart: strangers shall not keep administrators out.
  const administration = new Bodies(services.config.QUEUE_BYTES);
  const counts = new RequestCounts();
  app.fetch = observed(openLength(app.fetch), [
    ...(isWritten("info", services.config.LOG_LEVEL) ? [requestLog(services.log)] : []),
    requestCount(counts),
    hardenResponse,
    shareResponse,
  ]);

  app.route("/", createPreflightRoute());

  // The same for all routes: a client has one count.
  for (const guard of guards(services)) for (const path of PAINTED) app.use(path, guard);
  for (const path of ["/v1/sheet", "/v1/info", "/v1/styles/*"]) app.use(path, refuseLoop);

  app.route("/", createMetricsRoute(services, counts));
  app.route("/", createHealthRoute(services));
  app.route("/", createStylizeRoute(services, uploads));
  app.route("/", createSheetRoute(services));
  app.route("/", createInfoRoute(services));
  app.route("/", createStylesRoute(services, administration));
  app.route("/", createPurgeRoute(services, administration));
  app.route("/", createHomeRoute(services));
  app.route("/", createProblemsPage());
  app.route("/", createDocsRoute(services));

  app.onError((thrown, c) => {
    const error = URL.canParse(c.req.url) ? thrown : malformedHost(c);
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
    const error = allow === undefined || allow.split(", ").includes(c.req.method)
      ? new RequestError("not_found", `There is nothing at ${c.req.path.slice(0, 200)}`)
      : new RequestError("method_not_allowed", `${c.req.path} takes ${allow}`, { allow });
    return problemResponse(error, c.req.path);
  });

  return app;
}

/** The server puts the header `Host` into the URL as it came; what reads the URL then throws. */
function malformedHost(c: Context): RequestError {
  const host = c.req.header("host") ?? "";
  return new RequestError("invalid_host", `Cannot use the header Host: ${host.slice(0, 80)}`);
}

function levelOf(error: Error): LogLevel {
  // What fails outside is no fault of this service.
  if (error instanceof SourceError) return "warn";
  // Something is away or full: that is told once. A line for each request would be a storm.
  return statusOf(error) === 503 ? "debug" : "error";
}
