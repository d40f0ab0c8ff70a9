/** A request that reached the origin. */
export interface SeenRequest {
  /** Its method. */
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** The `Accept` header. */
  readonly accept: string | null;
}

/** A proxy before the real service that counts what a cache lets through. */
export class CountingOrigin implements AsyncDisposable {
  /** Requests that came, without health probes. */
  readonly seen: SeenRequest[] = [];
  /** Replaces the `Cache-Control` of every answer that has one, so that a year can pass in seconds. */
  cacheControl: string | null = null;
  /** Answers every request with this status instead of asking the service; 0: asks. */
  failure = 0;
  readonly #service: string;
  #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param service Origin of the real service. */
  constructor(service: string) {
    this.#service = service;
    this.#server = this.#serve(0);
  }

  /** TCP port on 127.0.0.1. */
  get port(): number {
    return this.#server.addr.port;
  }

  /**
   * @param target Path and query.
   * @returns How many requests for it came.
   */
  count(target: string): number {
    return this.seen.filter((request) => request.target === target).length;
  }

  /** Stops listening: connections are refused, as when the service is stopped. */
  async stop(): Promise<void> {
    await this.#server.shutdown();
  }

  /** Listens on the same port again. */
  start(): void {
    this.#server = this.#serve(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
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
