import { type RunningProgram, startProgram, until } from "../deploy/programs.ts";
import { freePort } from "./ports.ts";
import { findProgram } from "./programs.ts";

/** The server's program, or null where it is not installed. */
export const DENOKV_PROGRAM: string | null = findProgram("denokv");

/** The access token of {@linkcode TestDenokv}. */
export const KV_TOKEN = "a-store-token-for-tests";

/** A denokv server of a test's own with a file of its own, on a free port of this machine. */
export class TestDenokv implements AsyncDisposable {
  /** Its TCP port on 127.0.0.1. */
  readonly port: number = freePort();
  readonly #folder: string;
  readonly #words: readonly string[];
  #program: RunningProgram | undefined;

  private constructor(folder: string, words: readonly string[]) {
    this.#folder = folder;
    this.#words = words.map((word) => word.replace("/data/", `${folder}/`));
  }

  /**
   * Starts one.
   *
   * @param options `words`: its command line, with files in `/data/`, which becomes its folder.
   */
  static async start(options: { readonly words?: readonly string[] } = {}): Promise<TestDenokv> {
    const words = options.words ?? ["--sqlite-path=/data/styles.sqlite", "serve"];
    const server = new TestDenokv(await Deno.makeTempDir({ prefix: "denokv" }), words);
    await server.restart();
    return server;
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Settings of a service that uses it. */
  get env(): Readonly<Record<string, string>> {
    return { KV_URL: this.url, DENO_KV_ACCESS_TOKEN: KV_TOKEN };
  }

  /**
   * Starts it again on the same port and file.
   *
   * @param options `maxBytes`: writing beyond that size of a file fails, as on a full disk.
   */
  async restart(options: { readonly maxBytes?: number } = {}): Promise<void> {
    const { maxBytes } = options;
    const addr = `--addr=127.0.0.1:${this.port}`;
    const limit = maxBytes === undefined ? "unlimited" : `${Math.ceil(maxBytes / 512)}`;
    // A write beyond the limit shall be an error and not a signal that ends the program.
    const script = `trap '' XFSZ; ulimit -f ${limit}; exec "$@"`;
    this.#program = startProgram("sh", {
      args: ["-c", script, "sh", DENOKV_PROGRAM ?? "denokv", ...this.#words, addr],
      env: { DENO_KV_ACCESS_TOKEN: KV_TOKEN },
    });
    await until(async () => {
      using _connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
      return await Promise.resolve(true);
    }, "denokv listens");
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGTERM");
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    if (!program) return;
    Deno.kill(program.pid, signal);
    await program[Symbol.asyncDispose]();
  }
}
