/** The reasons for which a cache refuses or fails, as a closed set. */
export type CacheErrorCode = "purge_failed" | "damaged_entry" | "foreign_file" | "unavailable";

/** A failure of a cache that a caller can handle by its {@linkcode CacheErrorCode}. */
export class CacheError extends Error {
  /** What went wrong, as a value to switch on. */
  readonly code: CacheErrorCode;

  /**
   * @param code The reason.
   * @param message A sentence for the log.
   * @param options The underlying error, where there is one.
   */
  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CacheError";
    this.code = code;
  }
}
