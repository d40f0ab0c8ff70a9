import http from "node:http";
import https from "node:https";
import { SourceError } from "./errors.ts";
import type { SourcePolicy } from "./policy.ts";
import type { HostAddress } from "./resolve.ts";

/** Named in every request and refused in requests to this service (RFC 8586). */
export const LOOP_HEADER: readonly [name: string, value: string] = ["cdn-loop", "pastiche"];

/** What {@linkcode openRequest} sends and bounds. */
export interface RequestOptions {
  /** The checked address to connect to; the host's name is not resolved again. */
  readonly address: HostAddress;
  /** Timeouts. */
  readonly policy: SourcePolicy;
  /** Further request headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the request, and its socket. */
  readonly signal: AbortSignal;
  /** Certificate authorities besides the system's, in PEM. */
  readonly ca?: string | undefined;
}

/**
 * Sends a GET to a checked address and waits for the response's headers.
 *
 * @param url Where to go; its host is sent and verified, not resolved.
 * @param options Address, timeouts, headers and signal.
 * @returns The response; its body must be read or destroyed.
 * @throws {SourceError} `unreachable`, `upstream_timeout` or `upstream_error`.
 */
export function openRequest(url: URL, options: RequestOptions): Promise<http.IncomingMessage> {
  const { address, policy, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const request = (url.protocol === "https:" ? https : http).request(url, {
    agent: false,
    signal,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    lookup: (_host, wanted, callback) => {
      if (wanted.all) callback(null, [address]);
      else callback(null, address.address, address.family);
    },
    headers: {
      accept: "image/*",
      "accept-encoding": "gzip, br, deflate",
      "user-agent": "Pastiche",
      [LOOP_HEADER[0]]: LOOP_HEADER[1],
      ...options.headers,
    },
  });
  const late = (what: string): void => {
    request.destroy(
      new SourceError("upstream_timeout", `${url.hostname} took too long to ${what}`),
    );
  };
  const connecting = setTimeout(() => late("connect"), policy.connectTimeout);
  const answering = setTimeout(
    () => late("answer"),
    policy.connectTimeout + policy.firstByteTimeout,
  );
  request.on("socket", (socket) => socket.once("connect", () => clearTimeout(connecting)));
  request.on("response", resolve);
  request.on("error", (cause) => {
    const known = cause instanceof SourceError;
    reject(
      known ? cause : new SourceError("unreachable", "The source cannot be reached", { cause }),
    );
  });
  request.end();
  return promise.finally(() => {
    clearTimeout(connecting);
    clearTimeout(answering);
  });
}
