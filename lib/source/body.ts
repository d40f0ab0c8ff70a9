import type http from "node:http";
import { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { concat } from "../concat.ts";
import { SourceError } from "./errors.ts";

/** Decoders by `Content-Encoding`. */
const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  br: createBrotliDecompress,
  deflate: createInflate,
  gzip: createGunzip,
  "x-gzip": createGunzip,
};

/**
 * Reads a response's body up to a limit that counts decoded bytes.
 *
 * @param response The response.
 * @param maxBytes The most bytes.
 * @returns The body.
 * @throws {SourceError} `source_too_large`, or `upstream_error` if it is cut or cannot be decoded.
 */
export async function readBody(
  response: http.IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(response.headers["content-length"] ?? 0);
  if (declared > maxBytes) {
    response.destroy();
    throw tooLarge(maxBytes);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of decoded(response)) {
      length += part.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError("upstream_error", "The source's answer is cut or damaged", { cause });
  } finally {
    response.destroy();
  }
  return concat(parts);
}

function decoded(response: http.IncomingMessage): AsyncIterable<Uint8Array> {
  const coding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (coding === "identity") return response;
  const decoder = DECODERS[coding]?.();
  if (!decoder) {
    throw new SourceError("upstream_error", `The source uses the unknown coding ${coding}`);
  }
  response.on("error", (error) => decoder.emit("error", error));
  return Readable.from(response.pipe(decoder));
}

function tooLarge(maxBytes: number): SourceError {
  return new SourceError("source_too_large", `The source is larger than ${maxBytes} bytes`);
}
