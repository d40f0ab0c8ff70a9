import { RequestError } from "./errors.ts";

/**
 * Reads a request's body up to a limit, whatever its `Content-Length` says.
 *
 * @param request The request.
 * @param maxBytes The most bytes.
 * @returns The body, at least one byte.
 * @throws {RequestError} `body_too_large`, or `invalid_body` if there is none.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const part of request.body ?? []) {
      length += part.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw new RequestError("invalid_body", "The body ended too early", {}, { cause });
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
