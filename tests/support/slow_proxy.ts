/** A way to a server on 127.0.0.1 on which every answer takes its time, on each connection. */
export class SlowProxy implements AsyncDisposable {
  /** Milliseconds that each piece of an answer is held back from now on. */
  delay = 0;
  /** Bytes per millisecond of answers from now on. */
  rate: number = Infinity;
  /** Port of the server that new connections lead to. */
  target: number;
  readonly #listener: Deno.TcpListener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #tasks = new Set<Promise<void>>();

  /** @param target Where the server listens. */
  constructor(target: number) {
    this.target = target;
    this.#run(this.#accept());
  }

  /** Where to connect to instead. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Cuts all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) this.#run(this.#join(near));
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    this.#connections.add(near);
    const far = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
    this.#connections.add(far);
    let free = 0;
    const held = new TransformStream<Uint8Array, { bytes: Uint8Array; until: number }>(
      {
        transform: (bytes, out) => {
          free = Math.max(free, performance.now()) + bytes.byteLength / this.rate;
          out.enqueue({ bytes, until: free + this.delay });
        },
      },
      {},
      { highWaterMark: Infinity },
    );
    const late = new TransformStream<{ bytes: Uint8Array; until: number }, Uint8Array>({
      transform: async ({ bytes, until }, out) => {
        const rest = until - performance.now();
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
        out.enqueue(bytes);
      },
    });
    await Promise.allSettled([
      near.readable.pipeTo(far.writable),
      far.readable.pipeThrough(held).pipeThrough(late).pipeTo(near.writable),
    ]);
    for (const connection of [near, far]) {
      close(connection);
      this.#connections.delete(connection);
    }
  }

  /** Connections break in the midst of everything here: that is no failure of the test. */
  #run(task: Promise<void>): void {
    const settled = task.catch(() => {}).finally(() => this.#tasks.delete(settled));
    this.#tasks.add(settled);
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // closed already
  }
}
