import type { Log } from "../lib/log.ts";

/** Milliseconds without a listener after a failure, so that a lasting one fills no log. */
const PAUSE = 1000;

/**
 * A server that goes on where Deno's ends: at a connection that the process has no descriptor for.
 * It then closes its idle connections, answers what is under way, and listens again.
 */
export class LastingServer {
  readonly #listen: () => Deno.HttpServer<Deno.NetAddr>;
  readonly #log: Log;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #ends: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  /**
   * @param listen Starts a server, each time on the same address.
   * @param log Told when a server failed.
   * @throws Whatever `listen` throws the first time.
   */
  constructor(listen: () => Deno.HttpServer<Deno.NetAddr>, log: Log) {
    this.#listen = listen;
    this.#log = log;
    this.#server = listen();
    void this.#watch();
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** Takes no more connections; settles when all requests are answered. */
  async shutdown(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([this.#ends, this.#server.shutdown()]);
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#server.finished;
      } catch (error) {
        this.#log("error", "the server took no more connections", { cause: String(error) });
        this.#ends = Promise.allSettled([this.#ends, this.#server.shutdown()]);
        await this.#listenAgain();
      }
    }
  }

  async #listenAgain(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      if (this.#isStopped) return;
      try {
        this.#server = this.#listen();
        return;
      } catch (error) {
        this.#log("error", "the server cannot listen", { cause: String(error) });
      }
    }
  }
}
