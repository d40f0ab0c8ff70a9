/** A request that reached the origin. */
export interface SeenRequest {
  /** Its method. */
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** The `Accept` header. */
  readonly accept: string | null;
}

/** Two instances for a cache: proxies before one real service that count what comes. */
export class CountingOrigin implements AsyncDisposable {
  /** Requests that came, without health probes. */
  readonly seen: SeenRequest[] = [];
  /** Replaces the `Cache-Control` of every answer that has one, so that a year can pass in seconds. */
  cacheControl: string | null = null;
  /** Answers every request with this status instead of asking the service; 0: asks. */
  failure = 0;
  readonly #service: string;
  readonly #servers: Deno.HttpServer<Deno.NetAddr>[];

  /** @param service Origin of the real service. */
  constructor(service: string) {
    this.#service = service;
    this.#servers = [this.#serve(0), this.#serve(0)];
  }

  /** TCP ports on 127.0.0.1 of two instances. */
  get ports(): readonly number[] {
    return this.#servers.map(({ addr }) => addr.port);
  }

  /**
   * @param target Path and query.
   * @returns How many requests for it came.
   */
  count(target: string): number {
    return this.seen.filter((request) => request.target === target).length;
  }

  /**
   * Refuses connections, as when instances are stopped, and listens on the same ports again.
   *
   * @param instances Which of the two.
   * @param task What happens meanwhile.
   */
  async whileStopped(instances: readonly number[], task: () => Promise<void>): Promise<void> {
    const { ports } = this;
    await Promise.all(instances.map((i) => this.#servers[i]?.shutdown()));
    try {
      await task();
    } finally {
      for (const i of instances) this.#servers[i] = this.#serve(ports[i] ?? 0);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.shutdown()));
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
      return this.#forward(request);
    });
  }

  async #forward(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const target = pathname + search;
    if (pathname !== "/readyz") {
      this.seen.push({ method, target, accept: headers.get("accept") });
      if (this.failure !== 0) return new Response("failure", { status: this.failure });
    }
    const body = request.body ? await request.arrayBuffer() : null;
    const answer = await fetch(this.#service + target, { method, headers, body });
    const bytes = await answer.arrayBuffer();
    const copy = new Response(bytes.byteLength > 0 ? bytes : null, answer);
    if (this.cacheControl !== null && copy.headers.has("cache-control")) {
      copy.headers.set("cache-control", this.cacheControl);
    }
    return copy;
  }
}
