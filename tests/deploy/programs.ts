/** A program that a test started. */
export interface RunningProgram extends AsyncDisposable {
  /** Its process. */
  readonly pid: number;
  /** What it wrote to standard error so far. */
  errors(): string;
}

/**
 * Starts a program; disposing ends it and waits for its end.
 *
 * @param path The program.
 * @param options Its arguments and further environment variables.
 * @returns The program.
 */
export function startProgram(
  path: string,
  options: { readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): RunningProgram {
  const child = new Deno.Command(path, {
    args: [...options.args],
    env: { ...options.env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let errors = "";
  const watching = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) errors += text;
  })();
  return {
    pid: child.pid,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it ended by itself
      }
      await child.status;
      await watching;
    },
  };
}

/**
 * Looks again and again until something is there.
 *
 * @param look Gives it, or null; a rejection counts as null.
 * @param what What is waited for, for the error.
 * @param patience Milliseconds until that is an error. Default 20,000.
 * @returns What was found.
 */
export async function until<T>(
  look: () => Promise<T | null>,
  what: string,
  patience = 20_000,
): Promise<T> {
  const end = performance.now() + patience;
  let reason: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== null) return found;
    } catch (error) {
      reason = error;
    }
    if (performance.now() > end) throw new Error(`${what}: waited in vain`, { cause: reason });
    await pause(50);
  }
}

/** Waits: caches read the real clock, and their lives are whole seconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Waits until a server answers.
 *
 * @param url What is asked for.
 * @param program Its errors are told if it never answers.
 */
export async function untilAnswers(url: string, program: RunningProgram): Promise<void> {
  await until(async () => {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok ? true : null;
  }, url).catch((cause) => {
    throw new Error(`The program does not answer:\n${program.errors()}`, { cause });
  });
}
