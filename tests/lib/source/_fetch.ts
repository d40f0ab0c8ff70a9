import assert from "node:assert/strict";
import {
  DEFAULT_SOURCE_POLICY,
  fetchImage,
  type FetchOptions,
  SourceError,
  type SourceErrorCode,
  type SourceImage,
  type SourcePolicy,
} from "../../../lib/source/mod.ts";

/** The limits of the interface, and this machine's own addresses. */
export const LOCAL: SourcePolicy = { ...DEFAULT_SOURCE_POLICY, allowAddresses: ["127.0.0.0/8"] };
/** What a source gives. */
export const BODY: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);

/** Serves on a free loopback port; the task gets the origin. */
export async function withServer(
  handler: (request: Request) => Response | Promise<Response>,
  task: (origin: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await task(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** Fetches what was not there before. */
export async function get(
  url: string,
  policy: SourcePolicy = LOCAL,
  options: FetchOptions = {},
): Promise<SourceImage> {
  const image = await fetchImage(url, policy, options);
  assert(image !== "not_modified");
  return image;
}

/** Expects a refusal of this kind. */
export async function assertRefused(
  attempt: Promise<unknown>,
  code: SourceErrorCode,
  message: RegExp = /./,
): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert(error instanceof SourceError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}
