/** Why a source cannot be had, as a closed set. */
export type SourceErrorCode =
  | "aborted"
  | "address_not_allowed"
  | "host_not_allowed"
  | "invalid_url"
  | "loop"
  | "not_found"
  | "source_too_large"
  | "too_many_redirects"
  | "unreachable"
  | "upstream_error"
  | "upstream_timeout";

/** A source that cannot be had. Messages name the asked host, never an address it resolved to. */
export class SourceError extends Error {
  /** The reason. */
  readonly code: SourceErrorCode;
  /** Status that the source answered with, where that is the reason. */
  readonly upstreamStatus?: number;

  /**
   * @param code The reason.
   * @param message A sentence for the client.
   * @param options The underlying error, and the source's status.
   */
  constructor(
    code: SourceErrorCode,
    message: string,
    options: ErrorOptions & { readonly upstreamStatus?: number } = {},
  ) {
    super(message, options);
    this.name = "SourceError";
    this.code = code;
    if (options.upstreamStatus !== undefined) this.upstreamStatus = options.upstreamStatus;
  }

  /**
   * @param name Names one of several sources.
   * @returns The same error, of that source; others may wait for it under another name.
   */
  about(name: string): SourceError {
    const { cause, code, message, upstreamStatus } = this;
    return new SourceError(code, `${name}: ${message}`, {
      cause,
      ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
    });
  }
}
