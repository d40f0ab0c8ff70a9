import type http from "node:http";
import { readBody } from "./body.ts";
import { SourceError, type SourceErrorCode } from "./errors.ts";
import type { SourcePolicy } from "./policy.ts";
import { openRequest } from "./request.ts";
import { chooseAddress, type Resolver, systemResolver } from "./resolve.ts";
import { parseSourceUrl } from "./url.ts";

/** What the client has of a source already. */
export interface SourceValidators {
  /** Entity tag of the copy. */
  readonly etag?: string;
  /** Date of the copy. */
  readonly lastModified?: string;
}

/** A fetched source. */
export interface SourceImage extends SourceValidators {
  /** The body, content decoding undone. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The source's own `Cache-Control`. */
  readonly cacheControl?: string;
  /** Seconds that it lay in a cache. */
  readonly age?: number;
}

/** How one source is fetched. */
export interface FetchOptions {
  /** The caller is gone. */
  readonly signal?: AbortSignal;
  /** What the caller has; the source may answer that it is still good. */
  readonly validators?: SourceValidators;
  /** Finds addresses; tests give their own. */
  readonly resolver?: Resolver;
  /** Certificate authorities besides the system's, in PEM. */
  readonly ca?: string;
}

/** What a status means; all others are failures of the source. */
const CODES: ReadonlyMap<number, SourceErrorCode> = new Map([
  [404, "not_found"],
  [410, "not_found"],
  // It saw our mark (RFC 8586) on a request that came back to this service.
  [508, "loop"],
]);

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Fetches a picture from a place that a stranger named: only http(s), only public addresses (or
 * allowed ones), connected to exactly as they were checked, bounded in bytes, redirects and time.
 *
 * @param target The URL.
 * @param policy What may be fetched.
 * @param options Signal, validators, resolver.
 * @returns The picture, or `not_modified` where the validators still hold.
 * @throws {SourceError} With a code of the closed set.
 */
export async function fetchImage(
  target: string | URL,
  policy: SourcePolicy,
  options: FetchOptions = {},
): Promise<SourceImage | "not_modified"> {
  const url = parseSourceUrl(String(target), policy);
  const total = new AbortController();
  const timer = setTimeout(() => total.abort(), policy.totalTimeout);
  const signal = AbortSignal.any([total.signal, ...(options.signal ? [options.signal] : [])]);
  try {
    return await follow(url, { policy, options, signal });
  } catch (cause) {
    if (options.signal?.aborted) throw new SourceError("aborted", "The caller left", { cause });
    if (total.signal.aborted) {
      const text = `${url.hostname} took longer than ${policy.totalTimeout} ms`;
      throw new SourceError("upstream_timeout", text, { cause });
    }
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}

interface Journey {
  readonly policy: SourcePolicy;
  readonly options: FetchOptions;
  readonly signal: AbortSignal;
}

async function follow(start: URL, journey: Journey): Promise<SourceImage | "not_modified"> {
  const { policy, options, signal } = journey;
  let url = start;
  for (let redirects = 0; redirects <= policy.maxRedirects; redirects++) {
    const resolver = options.resolver ?? systemResolver;
    const address = await unlessAborted(chooseAddress(url, policy, resolver), signal);
    const headers = conditionalHeaders(options.validators);
    const response = await openRequest(url, { address, policy, headers, signal, ca: options.ca });
    const status = response.statusCode ?? 0;
    if (!REDIRECTS.includes(status)) return await receive(response, journey);
    response.destroy();
    url = redirectTarget(response.headers.location, url, policy);
  }
  throw new SourceError(
    "too_many_redirects",
    `The source redirects more than ${policy.maxRedirects} times`,
  );
}

/** Where a redirect goes; a place that cannot be used is the source's fault, not the client's. */
function redirectTarget(location: string | undefined, from: URL, policy: SourcePolicy): URL {
  const next = location ? URL.parse(location, from) : null;
  if (!next) throw new SourceError("upstream_error", "The source redirects to nowhere");
  try {
    return parseSourceUrl(next.href, policy);
  } catch (cause) {
    if (!(cause instanceof SourceError) || cause.code !== "invalid_url") throw cause;
    const text = `The source redirects to a URL that cannot be used: ${cause.message}`;
    throw new SourceError("upstream_error", text, { cause });
  }
}

/** A system's resolver takes no signal, and may take longer than everything together may. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const left = Promise.withResolvers<never>();
  const leave = (): void => left.reject(signal.reason);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    return await Promise.race([work, left.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

async function receive(
  response: http.IncomingMessage,
  { policy, options }: Journey,
): Promise<SourceImage | "not_modified"> {
  const status = response.statusCode ?? 0;
  if (status === 200) {
    return { ...describe(response), bytes: await readBody(response, policy.maxBytes) };
  }
  response.destroy();
  if (status === 304 && options.validators) return "not_modified";
  const code = CODES.get(status) ?? "upstream_error";
  throw new SourceError(code, `The source answered with status ${status}`, {
    upstreamStatus: status,
  });
}

function conditionalHeaders(validators: SourceValidators = {}): Record<string, string> {
  const { etag, lastModified } = validators;
  return {
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(lastModified === undefined ? {} : { "if-modified-since": lastModified }),
  };
}

function describe({ headers }: http.IncomingMessage): Omit<SourceImage, "bytes"> {
  const age = Number(headers.age);
  return {
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(headers["last-modified"] === undefined ? {} : { lastModified: headers["last-modified"] }),
    ...(headers["cache-control"] === undefined ? {} : { cacheControl: headers["cache-control"] }),
    ...(Number.isFinite(age) && age > 0 ? { age } : {}),
  };
}
