import { Hono } from "hono";
import { createSigner } from "../lib/client/mod.ts";
import type { SigningKeys } from "../lib/signing/mod.ts";
import { RequestError } from "./errors.ts";
import type { Services } from "./services.ts";

/** The files of the first page; nothing else of the folder is served. */
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/page_requests.js": ["page_requests.js", "text/javascript; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/common.css": ["common.css", "text/css; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
  "/sample.jpg": ["sample.jpg", "image/jpeg"],
};

const HEADERS = {
  "cache-control": "public, max-age=300",
  "content-security-policy": "default-src 'self'; img-src 'self' data: blob:",
};

/** What of a picture of the sample the page may have signed. */
const SIGNABLE = ["url", "style", "alpha", "color", "w", "preset"];

/** Widest picture of the sample, in CSS pixels. */
const MAX_WIDTH = 1024;

/** Addresses that are signed in one request. */
const MAX_ADDRESSES = 20;

/** Seconds for which a signed address works at least; it ends on a whole hour, so that it repeats. */
const HOUR = 3600;

/**
 * The first page: a playground for pictures and styles.
 *
 * @param services Where the files are, and the keys of signed URLs.
 * @returns The route's app.
 */
export function createHomeRoute(services: Services): Hono {
  const app = new Hono();
  const { config: { PRESETS_ONLY, SIGNING_KEYS }, presets, staticFolder } = services;
  const signed = `data-signed="${SIGNING_KEYS.size > 0}"`;
  const names = `data-presets="${PRESETS_ONLY ? [...presets.keys()].join(" ") : ""}"`;
  app.get("/", async () => {
    const page = await Deno.readTextFile(new URL("index.html", staticFolder));
    const filled = page.replace('data-signed="false"', signed).replace('data-presets=""', names);
    return new Response(filled, {
      headers: { ...HEADERS, "content-type": "text/html; charset=utf-8" },
    });
  });
  for (const [path, [file, type]] of Object.entries(FILES)) {
    app.get(path, async () => {
      const body = await Deno.readFile(new URL(file, staticFolder));
      return new Response(body, { headers: { ...HEADERS, "content-type": type } });
    });
  }
  app.get("/page/addresses", async (c) => {
    const queries = c.req.queries("q") ?? [];
    return c.json(await signAll(queries, SIGNING_KEYS), 200, { "cache-control": "no-store" });
  });
  return app;
}

/** Signs addresses of the sample: a signature for any picture would let anybody have any painted. */
async function signAll(queries: readonly string[], keys: SigningKeys): Promise<string[]> {
  if (queries.length === 0 || queries.length > MAX_ADDRESSES) {
    throw new RequestError("invalid_parameter", `Give 1 to ${MAX_ADDRESSES} queries as q`);
  }
  const paths = queries.map((query) => `/v1/stylize?${checkSample(new URLSearchParams(query))}`);
  const [newest] = keys;
  if (!newest) return paths;
  const [kid, key] = newest;
  const expires = HOUR * (Math.floor(Date.now() / 1000 / HOUR) + 2);
  return await Promise.all(paths.map(createSigner({ kid, key }, { expires })));
}

function checkSample(query: URLSearchParams): URLSearchParams {
  const names = [...query.keys()];
  const isPlain = names.every((name) => SIGNABLE.includes(name)) &&
    new Set(names).size === names.length;
  // A preset has a size of its own, or the sample's.
  const width = Number(query.get("w") ?? (query.has("preset") ? 0 : undefined));
  if (!isPlain || query.get("url") !== "/sample.jpg" || !(width <= MAX_WIDTH)) {
    throw new RequestError(
      "invalid_parameter",
      `Only pictures of /sample.jpg up to ${MAX_WIDTH} pixels wide are signed here, with ` +
        SIGNABLE.join(", "),
    );
  }
  return query;
}
