import { freePort } from "../../support/ports.ts";
import { findProgram } from "../../support/programs.ts";

/** Limits that a busy machine does not reach, for tests that are about something else. */
export const PATIENT = { commandTimeout: 5000, transferTimeout: 10_000, connectTimeout: 5000 };

/** The server's program, or null where it is not installed. */
export const REDIS_PROGRAM: string | null = findProgram("redis-server", "valkey-server");

/** A Redis of a test's own on a free port of this machine, without persistence. */
export class TestRedis implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: readonly string[];
  #child: Deno.ChildProcess;

  private constructor(port: number, folder: string, settings: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#settings = settings;
    this.#child = this.#spawn();
  }

  /** Starts one. */
  static async start(...settings: readonly string[]): Promise<TestRedis> {
    const folder = await Deno.makeTempDir({ prefix: "redis" });
    const server = new TestRedis(freePort(), folder, settings);
    await server.#answering();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Sends one command as a line and gives the first bytes of the answer. */
  async send(command: string): Promise<string> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await connection.write(new TextEncoder().encode(`${command}\r\n`));
    const buffer = new Uint8Array(4096);
    const length = await connection.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
  }

  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  /** Starts it again, empty, on the same port. */
  async restart(): Promise<void> {
    this.#child = this.#spawn();
    await this.#answering();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.kill();
    } catch (error) {
      // It was killed by the test.
      if (!(error instanceof TypeError)) throw error;
    }
    await Deno.remove(this.#folder, { recursive: true });
  }

  #spawn(): Deno.ChildProcess {
    const fixed = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    return new Deno.Command(REDIS_PROGRAM ?? "redis-server", {
      args: ["--port", `${this.port}`, "--dir", this.#folder, ...fixed, ...this.#settings],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async #answering(): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      try {
        if ((await this.send("PING")).length > 0) return;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      }
      await pause(25);
    }
    throw new Error("redis-server did not start");
  }
}

/** Waits until something is so, for at most ten seconds. */
export async function until(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await test()) return;
    await pause(20);
  }
  throw new Error(`not in time: ${what}`);
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
