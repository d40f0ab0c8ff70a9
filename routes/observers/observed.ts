import type { Context } from "hono";
import { getPath } from "hono/utils/url";

/** A request that was answered. */
export interface Answered {
  /** HTTP method. */
  readonly method: string;
  /** Path without the query, which may hold signatures. */
  readonly path: string;
  /** What it was answered with. */
  readonly response: Response;
  /** How the cache answered; absent where no picture was asked for. */
  readonly cache: string | undefined;
  /** Milliseconds until the response. */
  readonly milliseconds: number;
}

/** Looks at a request that was answered. */
export type Observer = (answered: Answered) => void;

/** Hono's `env` of one request: the server's own, and what is noted of the answer. */
class Exchange {
  readonly #env: unknown;
  cache: string | undefined;

  /** @param env What the server tells of the connection; absent where there is none, as in tests. */
  constructor(env: unknown) {
    this.#env = env;
  }

  /** The client's address, as Hono's `getConnInfo` looks for it. */
  get remoteAddr(): unknown {
    const env = this.#env;
    return typeof env === "object" && env !== null && "remoteAddr" in env
      ? env.remoteAddr
      : undefined;
  }
}

/** Answers requests, as Hono does: without a promise where nothing is waited for. */
export type Answer = (request: Request, env?: unknown) => Response | Promise<Response>;

/**
 * Calls observers after each request. No middleware: with one, Hono answers everything through
 * promises, which take as long as the rest of a hit.
 *
 * @param answer Answers, given the request and Hono's `env`; it never throws.
 * @param observers Called in this order.
 * @returns What answers, observed.
 */
export function observed(answer: Answer, observers: readonly Observer[]): Answer {
  return function fetch(request, env) {
    const start = performance.now();
    const exchange = new Exchange(env);
    const look = (response: Response): Response => {
      const milliseconds = performance.now() - start;
      const { method } = request;
      const { cache } = exchange;
      const answered = { method, path: getPath(request), response, cache, milliseconds };
      for (const observer of observers) observer(answered);
      return response;
    };
    const response = answer(request, exchange);
    return response instanceof Promise ? response.then(look) : look(response);
  };
}

/**
 * Notes for the observers how the cache answered a request.
 *
 * @param c The request; it was made to an app that is {@linkcode observed}.
 * @param cache How.
 */
export function noteCache(c: Context, cache: string): void {
  const exchange: Exchange = c.env;
  exchange.cache = cache;
}
