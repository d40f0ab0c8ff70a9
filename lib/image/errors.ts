/** Why a picture is refused, as a closed set. */
export type ImageErrorCode =
  | "corrupt_image"
  | "encode_failed"
  | "image_too_large"
  | "not_an_image"
  | "unsupported_image";

/** A picture that cannot be read or written. */
export class ImageError extends Error {
  /** The reason. */
  readonly code: ImageErrorCode;

  /**
   * @param code The reason.
   * @param message A sentence that says what was wrong and what is allowed.
   * @param options The codec's own error.
   */
  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ImageError";
    this.code = code;
  }

  /**
   * @param name Names one of several pictures.
   * @returns The same error, of that picture.
   */
  about(name: string): ImageError {
    return new ImageError(this.code, `${name}: ${this.message}`, { cause: this.cause });
  }
}

/**
 * @param error What was thrown.
 * @returns Whether it is Deno's own, as of a permission or a file that a codec lacks: no picture
 * causes it.
 */
export function isSystemError(error: unknown): boolean {
  return Object.values(Deno.errors).some((kind) => error instanceof kind);
}
