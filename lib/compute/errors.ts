import { AdainError, type AdainErrorCode } from "../adain/mod.ts";
import { ImageError, type ImageErrorCode } from "../image/mod.ts";

/** Why a job was not done, apart from its picture or target being refused. */
export type ComputeErrorCode =
  | "aborted"
  | "closed"
  | "deadline"
  | "queue_full"
  | "unknown_model"
  | "worker_failed";

/** A job that was not done. */
export class ComputeError extends Error {
  /** The reason. */
  readonly code: ComputeErrorCode;
  /** Seconds after which trying again makes sense, where the queue was full. */
  readonly retryAfter?: number;

  /**
   * @param code The reason.
   * @param message A sentence for the log.
   * @param options The underlying error; seconds until a place in the queue is likely.
   */
  constructor(
    code: ComputeErrorCode,
    message: string,
    options: ErrorOptions & { readonly retryAfter?: number } = {},
  ) {
    super(message, options);
    this.name = "ComputeError";
    this.code = code;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }
}

/**
 * @param deadline Milliseconds that a job may run.
 * @returns The error of a job that ran longer.
 */
export function deadlineError(deadline: number): ComputeError {
  return new ComputeError("deadline", `The job ran longer than ${deadline} ms`);
}

/** An error as it travels from a worker: classes do not survive the structured clone. */
export type WireError =
  & { readonly message: string; readonly cause?: string }
  & (
    | { readonly library: "image"; readonly code: ImageErrorCode }
    | { readonly library: "adain"; readonly code: AdainErrorCode }
    | { readonly library: "compute"; readonly code: ComputeErrorCode }
  );

/**
 * Prepares an error for the way out of a worker.
 *
 * @param error What was thrown.
 * @returns A plain object; all causes are one text.
 */
export function toWire(error: unknown): WireError {
  const cause = error instanceof Error ? textOf(error.cause) : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const common = { message, ...(cause === undefined ? {} : { cause }) };
  if (error instanceof ImageError) return { library: "image", code: error.code, ...common };
  if (error instanceof AdainError) return { library: "adain", code: error.code, ...common };
  const code = error instanceof ComputeError
    ? error.code
    : error instanceof DOMException && error.name === "AbortError"
    ? "aborted"
    : "worker_failed";
  return { library: "compute", code, ...common };
}

/**
 * Makes the error of a worker into one of this side.
 *
 * @param wire What {@linkcode toWire} made.
 * @returns The error, of the class that was thrown.
 */
export function fromWire(wire: WireError): Error {
  const options = wire.cause === undefined ? {} : { cause: new Error(wire.cause) };
  switch (wire.library) {
    case "image":
      return new ImageError(wire.code, wire.message, options);
    case "adain":
      return new AdainError(wire.code, wire.message, options);
    case "compute":
      return new ComputeError(wire.code, wire.message, options);
  }
}

function textOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return cause === undefined ? undefined : String(cause);
  const deeper = textOf(cause.cause);
  return deeper === undefined ? cause.message : `${cause.message} (${deeper})`;
}
