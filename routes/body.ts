import { ComputeError } from "../lib/compute/mod.ts";
import { concat } from "../lib/concat.ts";
import { RequestError } from "./errors.ts";

/** Milliseconds in which a body has to come: 20 MB at 2.7 Mbit/s. */
const BODY_MS = 60_000;

/** A body that was read; its bytes count until it is disposed of. */
export interface HeldBody extends Disposable {
  /** The body, at least one byte. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads the bodies of requests; what they hold together, from first byte to answer, is bounded. */
export class Bodies {
  readonly #maxBytes: number;
  readonly #timeout: number;
  #held = 0;

  /**
   * @param maxBytes The most bytes that have come of all bodies; one alone may have more.
   * @param timeout Milliseconds in which one has to come. Default 60,000.
   */
  constructor(maxBytes: number, timeout: number = BODY_MS) {
    this.#maxBytes = maxBytes;
    this.#timeout = timeout;
  }

  /**
   * Reads a request's body up to a limit, whatever its `Content-Length` says.
   *
   * @param request The request.
   * @param maxBytes The most bytes.
   * @returns The body; dispose of it when its request is answered.
   * @throws {RequestError} `body_too_large`, `upload_timeout`, or `invalid_body` if there is none.
   * @throws {ComputeError} `queue_full` if bodies hold too much already.
   */
  async read(request: Request, maxBytes: number): Promise<HeldBody> {
    if (Number(request.headers.get("content-length")) > maxBytes) throw tooLarge(maxBytes);
    let own = 0;
    const take = (bytes: number): void => {
      this.#assertRoom(own, bytes);
      own += bytes;
      this.#held += bytes;
    };
    const release = (): void => {
      this.#held -= own;
      own = 0;
    };
    try {
      const bytes = await readInTime(request, { maxBytes, timeout: this.#timeout, take });
      return { bytes, [Symbol.dispose]: release };
    } catch (error) {
      release();
      throw error;
    }
  }

  #assertRoom(own: number, more: number): void {
    const isAlone = this.#held === own;
    if (isAlone || this.#held + more <= this.#maxBytes) return;
    const text = `Cannot read more of a body: all bodies hold ${this.#held} bytes`;
    throw new ComputeError("queue_full", text);
  }
}

interface ReadOptions {
  /** The most bytes. */
  readonly maxBytes: number;
  /** Milliseconds in which the body has to come. */
  readonly timeout: number;
  /** Told how many bytes have come; it throws where they are too many. */
  readonly take: (bytes: number) => void;
}

async function readInTime(
  request: Request,
  { maxBytes, timeout, take }: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(tooSlow(timeout)), timeout);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    const { signal } = late;
    for await (const part of request.body?.pipeThrough(new TransformStream(), { signal }) ?? []) {
      length += part.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      take(part.length);
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof RequestError || cause instanceof ComputeError) throw cause;
    throw new RequestError("invalid_body", "The body ended too early", {}, { cause });
  } finally {
    clearTimeout(timer);
  }
  if (length === 0) throw new RequestError("invalid_body", "The body is empty");
  return concat(parts);
}

/**
 * @param body A body.
 * @returns The value that it is as JSON; undefined if it is none.
 */
export function parseJson(body: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function tooLarge(maxBytes: number): RequestError {
  return new RequestError("body_too_large", `The body is larger than ${maxBytes} bytes`);
}

function tooSlow(timeout: number): RequestError {
  const text = `The body took longer than ${timeout / 1000} seconds`;
  return new RequestError("upload_timeout", text, { connection: "close" });
}
