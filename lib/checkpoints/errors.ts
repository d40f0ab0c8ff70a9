/** Why a checkpoint is refused, as a closed set. */
export type CheckpointErrorCode =
  | "not_a_checkpoint"
  | "damaged_checkpoint"
  | "forbidden_global"
  | "unsupported_checkpoint"
  | "wrong_architecture"
  | "model_exists";

/** A checkpoint that cannot be read, or that is not of the needed network. */
export class CheckpointError extends Error {
  /** The reason. */
  readonly code: CheckpointErrorCode;

  /**
   * @param code The reason.
   * @param message A sentence that says what was found and what is needed.
   * @param options The underlying error.
   */
  constructor(code: CheckpointErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CheckpointError";
    this.code = code;
  }
}
