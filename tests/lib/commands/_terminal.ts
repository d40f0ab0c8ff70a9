import type { Terminal } from "../../../lib/commands/terminal.ts";

const ROOT = new URL("../../../", import.meta.url);

/** What a command wrote, and how it ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command where nobody looks at a terminal. */
export async function capture(command: (terminal: Terminal) => Promise<number>): Promise<Run> {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written): Terminal["stdout"] => ({
    isTerminal: () => false,
    writeSync: (bytes) => {
      written[name] += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  const code = await command({ stdout: stream("stdout"), stderr: stream("stderr") });
  return { code, ...written };
}

/** Gives a test its own folder. */
export async function withFolder(task: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await task(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names in a folder, sorted. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

/** Runs a task as a user in a folder does, with the task's own permissions. */
export async function runTask(
  task: string,
  args: readonly string[],
  folder: string | URL = ROOT,
): Promise<Run> {
  const config = new URL("deno.json", ROOT).pathname;
  // Set where the tests themselves run as a task: Deno keeps the folder of the outermost one.
  const { INIT_CWD: _, ...env } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--config", config, task, ...args],
    cwd: folder,
    clearEnv: true,
    env,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
