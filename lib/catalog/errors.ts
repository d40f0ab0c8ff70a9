/** Why the catalog refuses or fails, as a closed set. */
export type CatalogErrorCode =
  | "invalid_style"
  | "style_too_large"
  | "style_unavailable"
  | "store_unavailable"
  | "unknown_style";

/** A failure of the catalog that a caller can handle by its {@linkcode CatalogErrorCode}. */
export class CatalogError extends Error {
  /** The reason. */
  readonly code: CatalogErrorCode;

  /**
   * @param code The reason.
   * @param message A sentence that says what was wrong and what is allowed.
   * @param options The underlying error.
   */
  constructor(code: CatalogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CatalogError";
    this.code = code;
  }
}
