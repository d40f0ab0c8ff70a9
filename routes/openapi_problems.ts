import type { ProblemCode } from "./problem.ts";

/** What any request may meet. */
export const ALWAYS: readonly ProblemCode[] = ["internal", "invalid_host", "method_not_allowed"];

/** What requests that fetch and paint may meet. */
export const PAINTING: readonly ProblemCode[] = [
  ...ALWAYS,
  "invalid_parameter",
  "address_not_allowed",
  "unknown_style",
  "url_expired",
  "precondition_failed",
  "source_too_large",
  "not_an_image",
  "corrupt_image",
  "rate_limited",
  "unreachable",
  "queue_full",
  "upstream_timeout",
  "loop",
];

/** What requests of an administrator may meet. */
export const ADMINISTRATION: readonly ProblemCode[] = [
  ...ALWAYS,
  "invalid_parameter",
  "unauthorized",
  "administration_off",
  "store_unavailable",
];
