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

/** What a request that registers a style may meet. */
export const REGISTERING: readonly ProblemCode[] = [
  ...ADMINISTRATION,
  "invalid_body",
  "invalid_style",
  "invalid_url",
  "address_not_allowed",
  "not_found",
  "upload_timeout",
  "body_too_large",
  "source_too_large",
  "style_too_large",
  "not_an_image",
  "unsupported_image",
  "corrupt_image",
  "image_too_large",
  "unreachable",
  "queue_full",
  "upstream_timeout",
  "deadline",
  "loop",
];

/** What a request for the image of a style may meet: it fetches nothing. */
export const SHOWING: readonly ProblemCode[] = [
  ...ALWAYS,
  "invalid_parameter",
  "signature_missing",
  "signature_wrong",
  "unknown_style",
  "url_expired",
  "precondition_failed",
  "image_too_large",
  "rate_limited",
  "queue_full",
  "store_unavailable",
  "deadline",
  "loop",
];
