import type { Answer } from "./observers/observed.ts";

/** Statuses whose responses have no body for any method. */
const BODILESS = new Set([204, 304]);

/**
 * Leaves the length of an answer to `HEAD` open where nobody said it. For a response without a body
 * the server would say 0, which is not what `GET` has (RFC 9110 section 8.6).
 *
 * @param answer Answers, given the request and Hono's `env`.
 * @returns What answers, without wrong lengths.
 */
export function openLength(answer: Answer): Answer {
  return function fetch(request, env) {
    const response = answer(request, env);
    return request.method === "HEAD" ? Promise.resolve(response).then(withOpenLength) : response;
  };
}

function withOpenLength(response: Response): Response {
  if (response.headers.has("content-length") || BODILESS.has(response.status)) return response;
  const empty = new ReadableStream({ start: (controller) => controller.close() });
  return new Response(empty, response);
}
