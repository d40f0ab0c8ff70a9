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

/** An error as it travels from a worker: classes do not survive the structured clone. */
export type WireError =
  | { readonly library: "image"; readonly code: ImageErrorCode; readonly message: string }
  | { readonly library: "adain"; readonly code: AdainErrorCode; readonly message: string }
  | { readonly library: "compute"; readonly code: ComputeErrorCode; readonly message: string };

/**
 * Prepares an error for the way out of a worker.
 *
 * @param error What was thrown.
 * @returns A plain object; causes are folded into the message, for the log.
 */
export function toWire(error: unknown): WireError {
  const message = withCauses(error);
  if (error instanceof ImageError) return { library: "image", code: error.code, message };
  if (error instanceof AdainError) return { library: "adain", code: error.code, message };
  const code = error instanceof ComputeError
    ? error.code
    : error instanceof DOMException && error.name === "AbortError"
    ? "aborted"
    : "worker_failed";
  return { library: "compute", code, message };
}

/**
 * Makes the error of a worker into one of this side.
 *
 * @param wire What {@linkcode toWire} made.
 * @returns The error, of the class that was thrown.
 */
export function fromWire(wire: WireError): Error {
  switch (wire.library) {
    case "image":
      return new ImageError(wire.code, wire.message);
    case "adain":
      return new AdainError(wire.code, wire.message);
    case "compute":
      return new ComputeError(wire.code, wire.message);
  }
}

function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message} (${withCauses(error.cause)})`;
}
