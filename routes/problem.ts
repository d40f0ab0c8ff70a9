import { AdainError, type AdainErrorCode } from "../lib/adain/mod.ts";
import { CacheError, type CacheErrorCode } from "../lib/cache/mod.ts";
import { CatalogError, type CatalogErrorCode } from "../lib/catalog/mod.ts";
import { ComputeError, type ComputeErrorCode } from "../lib/compute/mod.ts";
import { ImageError, type ImageErrorCode } from "../lib/image/mod.ts";
import { SourceError, type SourceErrorCode } from "../lib/source/mod.ts";
import { RequestError, type RequestErrorCode } from "./errors.ts";

/** Every reason for which a response is not a success. */
export type ProblemCode =
  | AdainErrorCode
  | CacheErrorCode
  | CatalogErrorCode
  | ComputeErrorCode
  | ImageErrorCode
  | RequestErrorCode
  | SourceErrorCode
  | "internal";

/** How a reason is told to a client. */
export interface ProblemKind {
  /** HTTP status. */
  readonly status: number;
  /** Short text that is the same for every occurrence (RFC 9457 section 3.1.3). */
  readonly title: string;
}

/** The body of a problem (RFC 9457), with the fields that this service adds. */
export interface Problem extends ProblemKind {
  /** URI reference that names the reason. */
  readonly type: string;
  /** What happened this time. */
  readonly detail: string;
  /** Path of the request. */
  readonly instance: string;
  /** The reason, to switch on. */
  readonly code: ProblemCode;
  /** Status that the source answered with, where that is the reason. */
  readonly upstream_status?: number;
}

/** The status and the title of every reason. */
export const PROBLEM_KINDS: Readonly<Record<ProblemCode, ProblemKind>> = {
  aborted: { status: 499, title: "Client closed the request" },
  address_not_allowed: { status: 403, title: "Source address is not allowed" },
  administration_off: { status: 403, title: "Administration is off" },
  body_too_large: { status: 413, title: "Body is too large" },
  closed: { status: 503, title: "Service is shutting down" },
  corrupt_image: { status: 422, title: "Image is corrupt" },
  damaged_entry: { status: 500, title: "Internal Server Error" },
  deadline: { status: 504, title: "Computing took too long" },
  disposed: { status: 503, title: "Service is shutting down" },
  encode_failed: { status: 500, title: "Internal Server Error" },
  foreign_file: { status: 500, title: "Internal Server Error" },
  host_not_allowed: { status: 403, title: "Source host is not allowed" },
  image_too_large: { status: 422, title: "Image has too many pixels" },
  internal: { status: 500, title: "Internal Server Error" },
  invalid_body: { status: 400, title: "Body cannot be used" },
  invalid_host: { status: 400, title: "Host cannot be used" },
  invalid_parameter: { status: 400, title: "Parameter is not allowed" },
  invalid_statistics: { status: 500, title: "Internal Server Error" },
  invalid_style: { status: 400, title: "Style cannot be used" },
  invalid_target: { status: 400, title: "Target cannot be used" },
  invalid_url: { status: 400, title: "Source URL cannot be used" },
  loop: { status: 508, title: "Source is this service itself" },
  method_not_allowed: { status: 405, title: "Method is not allowed" },
  model_damaged: { status: 500, title: "Internal Server Error" },
  model_mismatch: { status: 500, title: "Internal Server Error" },
  model_missing: { status: 500, title: "Internal Server Error" },
  not_an_image: { status: 415, title: "Not an image" },
  not_found: { status: 404, title: "Not found" },
  precondition_failed: { status: 412, title: "Picture is not the one of If-Match" },
  provider_unavailable: { status: 500, title: "Internal Server Error" },
  purge_failed: { status: 503, title: "Purge did not reach every cache" },
  queue_full: { status: 503, title: "Too much work is waiting" },
  rate_limited: { status: 429, title: "Too many requests" },
  repeated_parameter: { status: 400, title: "Parameter is repeated" },
  run_failed: { status: 500, title: "Internal Server Error" },
  signature_missing: { status: 403, title: "Signature is missing" },
  signature_wrong: { status: 403, title: "Signature is wrong" },
  source_too_large: { status: 413, title: "Source is too large" },
  store_unavailable: { status: 503, title: "Catalog is away" },
  style_too_large: { status: 413, title: "Style picture is too large" },
  style_unavailable: { status: 404, title: "Style is not available for this model" },
  too_many_redirects: { status: 502, title: "Source redirects too often" },
  unauthorized: { status: 401, title: "Token is missing or wrong" },
  unavailable: { status: 503, title: "Cache is away" },
  unknown_model: { status: 404, title: "Unknown model" },
  unknown_parameter: { status: 400, title: "Unknown parameter" },
  unknown_preset: { status: 404, title: "Unknown preset" },
  unknown_style: { status: 404, title: "Unknown style" },
  unreachable: { status: 502, title: "Source cannot be reached" },
  unsupported_image: { status: 415, title: "Image type is not supported" },
  upload_timeout: { status: 408, title: "Body took too long" },
  upstream_error: { status: 502, title: "Source failed" },
  upstream_timeout: { status: 504, title: "Source took too long" },
  url_expired: { status: 410, title: "URL has expired" },
  worker_failed: { status: 500, title: "Internal Server Error" },
};

/** Reasons that share their code with another library but mean something else there. */
const UPSTREAM_NOT_FOUND: ProblemKind = { status: 404, title: "Source was not found" };

/** Seconds that a client shall wait where the server does not know better. */
const RETRY_AFTER = 5;

/**
 * Makes the response to an error; the only place that knows the status of a code.
 *
 * @param error What was thrown.
 * @param instance Path of the request.
 * @returns An `application/problem+json` response; errors of this side say nothing of its inside.
 */
export function problemResponse(error: Error, instance: string): Response {
  const code = codeOf(error);
  const kind = error instanceof SourceError && code === "not_found"
    ? UPSTREAM_NOT_FOUND
    : PROBLEM_KINDS[code];
  const problem: Problem = {
    type: `/docs/problems#${code}`,
    ...kind,
    detail: kind.status >= 500 && !(error instanceof SourceError) ? kind.title : error.message,
    instance,
    code,
    ...(error instanceof SourceError && error.upstreamStatus !== undefined
      ? { upstream_status: error.upstreamStatus }
      : {}),
  };
  return new Response(JSON.stringify(problem), {
    status: kind.status,
    headers: { "content-type": "application/problem+json", ...headersOf(error, kind.status) },
  });
}

/**
 * The reason of an error.
 *
 * @param error What was thrown.
 * @returns Its code; `internal` for an error that no library promises.
 */
export function codeOf(error: Error): ProblemCode {
  const known = error instanceof AdainError || error instanceof CacheError ||
    error instanceof CatalogError ||
    error instanceof ComputeError || error instanceof ImageError ||
    error instanceof RequestError || error instanceof SourceError;
  return known ? error.code : "internal";
}

/**
 * The status of an error.
 *
 * @param error What was thrown.
 * @returns The HTTP status that {@linkcode problemResponse} gives it.
 */
export function statusOf(error: Error): number {
  return PROBLEM_KINDS[codeOf(error)].status;
}

function headersOf(error: Error, status: number): Record<string, string> {
  const headers: Record<string, string> = {
    "cache-control": status === 404 ? "public, max-age=60" : "no-store",
  };
  if (status === 503) {
    const wait = error instanceof ComputeError ? error.retryAfter : undefined;
    headers["retry-after"] = String(wait ?? RETRY_AFTER);
  }
  return error instanceof RequestError ? { ...headers, ...error.headers } : headers;
}
