import { ComputeError } from "../lib/compute/mod.ts";
import { RequestError } from "./errors.ts";

/** Milliseconds in which a body has to come: 20 MB at 2.7 Mbit/s. */
const BODY_MS = 60_000;

/** Reads the bodies of requests; what those that come at the same time may hold is bounded. */
export class Bodies {
  readonly #maxBytes: number;
  readonly #timeout: number;
  #reserved = 0;

  /**
   * @param maxBytes The most bytes of all bodies that are being read; one alone may have more.
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
   * @returns The body, at least one byte.
   * @throws {RequestError} `body_too_large`, `upload_timeout`, or `invalid_body` if there is none.
   * @throws {ComputeError} `queue_full` if too much is being read already.
   */
  async read(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const expected = Number(request.headers.get("content-length") ?? maxBytes);
    if (expected > maxBytes) throw tooLarge(maxBytes);
    if (this.#reserved > 0 && this.#reserved + expected > this.#maxBytes) {
      const text = `Cannot read a body: ${this.#reserved} bytes are being read`;
      throw new ComputeError("queue_full", text);
    }
    this.#reserved += expected;
    try {
      return await readInTime(request, { maxBytes, timeout: this.#timeout });
    } finally {
      this.#reserved -= expected;
    }
  }
}

async function readInTime(
  request: Request,
  { maxBytes, timeout }: { readonly maxBytes: number; readonly timeout: number },
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
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw new RequestError("invalid_body", "The body ended too early", {}, { cause });
  } finally {
    clearTimeout(timer);
  }
  if (length === 0) throw new RequestError("invalid_body", "The body is empty");
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
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
