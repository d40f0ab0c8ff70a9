const ROOT = new URL("../../", import.meta.url);

/** The real service in its own process. */
export interface RunningService extends AsyncDisposable {
  /** Where it listens. */
  readonly origin: string;
  /** Its process. */
  readonly pid: number;
  /** What it printed on standard output until it was ready. */
  readonly greeting: string;
  /** What it wrote to standard error so far. */
  errors(): string;
  /** Ends it as an operator would, and gives its exit code. */
  stop(): Promise<number>;
  /** Ends it as a crash would: it cannot save anything any more. */
  crash(): Promise<void>;
}

/**
 * Starts the service with the start task's own permissions on a free loopback port, with its store
 * in memory.
 *
 * @param env Further environment variables.
 * @param options Folder of the project, with a trailing slash; how many files and connections the
 *   process may have open, by default as many as this one.
 * @returns The service, when it listens.
 */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  { root = ROOT, descriptors }: { readonly root?: URL; readonly descriptors?: number } = {},
): Promise<RunningService> {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const [, ...words] = String(config.tasks.start.command).split(" ");
  const limit = descriptors === undefined ? "" : `ulimit -n ${descriptors} && `;
  const args = ["-c", `${limit}exec "$0" "$@"`, Deno.execPath(), ...words];
  const child = new Deno.Command("sh", {
    args,
    cwd: root,
    env: { PORT: "0", HOST: "127.0.0.1", KV_URL: ":memory:", CACHE_PATH: "none", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let errors = "";
  const watching = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) errors += text;
  })();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let greeting = "";
  while (!greeting.includes("A picture:")) {
    const { value, done } = await reader.read();
    if (done) {
      // It is over: wait for the rest of its words, and for the process itself.
      await Promise.all([watching, child.status]);
      throw new Error(`The service did not start:\n${errors}`);
    }
    greeting += value;
  }
  let ended: Promise<number> | undefined;
  const end = (signal: Deno.Signal): Promise<number> =>
    ended ??= (async () => {
      child.kill(signal);
      const { code } = await child.status;
      await reader.cancel();
      await watching;
      return code;
    })();
  return {
    origin: /http:\/\/[\d.:]+/.exec(greeting)?.[0] ?? "",
    pid: child.pid,
    greeting,
    errors: () => errors,
    stop: () => end("SIGTERM"),
    crash: async () => void await end("SIGKILL"),
    [Symbol.asyncDispose]: async () => void await end("SIGTERM"),
  };
}
