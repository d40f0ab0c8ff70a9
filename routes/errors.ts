/** What can be wrong with a request itself, before any library sees it. */
export type RequestErrorCode =
  | "administration_off"
  | "body_too_large"
  | "invalid_body"
  | "invalid_host"
  | "invalid_parameter"
  | "method_not_allowed"
  | "not_found"
  | "precondition_failed"
  | "rate_limited"
  | "repeated_parameter"
  | "signature_missing"
  | "signature_wrong"
  | "unauthorized"
  | "unknown_parameter"
  | "unknown_preset"
  | "upload_timeout"
  | "url_expired";

/** A request that is refused; the message is for the client. */
export class RequestError extends Error {
  /** The reason. */
  readonly code: RequestErrorCode;
  /** Headers that belong to the refusal, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param code The reason.
   * @param message A sentence for the client: what was wrong and what is allowed.
   * @param headers Headers of the response.
   * @param options The underlying error.
   */
  constructor(
    code: RequestErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.name = "RequestError";
    this.code = code;
    this.headers = headers;
  }
}
