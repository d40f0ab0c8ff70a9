/**
 * The reasons for which the library refuses or fails, as a closed set. What a signal stops fails with
 * the signal's reason instead.
 */
export type AdainErrorCode =
  | "disposed"
  | "invalid_target"
  | "invalid_statistics"
  | "model_mismatch"
  | "model_missing"
  | "model_damaged"
  | "provider_unavailable"
  | "run_failed";

/** A failure of the stylisation library that a caller can handle by its {@linkcode AdainErrorCode}. */
export class AdainError extends Error {
  /** What went wrong, as a value to switch on. */
  readonly code: AdainErrorCode;

  /**
   * Makes the failure.
   *
   * @param code The reason.
   * @param message A sentence that says what was wrong and what is allowed.
   * @param options The underlying error, where there is one.
   */
  constructor(code: AdainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AdainError";
    this.code = code;
  }
}
