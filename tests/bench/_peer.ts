const ROOT = new URL("../../", import.meta.url);

/** Headers that the server adds by itself. */
const ADDED = new Set(["connection", "content-length", "date"]);

/** A process that answers. */
export interface Server {
  readonly origin: string;
  readonly pid: number;
}

/** What a hit of the service gives. */
export interface Hit {
  /** Its body, a file. */
  readonly file: string;
  readonly bytes: number;
  /** Its headers as JSON, those that a server adds by itself left out. */
  readonly headers: string;
}

/**
 * @param folder Where its body is written.
 * @param url A picture of the service.
 * @returns What the service answers from its cache.
 */
export async function hitOf(folder: string, url: string): Promise<Hit> {
  // The first answer is none of the cache's.
  await (await fetch(url)).bytes();
  const answer = await fetch(url);
  const bytes = await answer.bytes();
  const file = `${folder}/${bytes.length}.bin`;
  await Deno.writeFile(file, bytes);
  const headers = [...answer.headers].filter(([name]) => !ADDED.has(name));
  return { file, bytes: bytes.length, headers: JSON.stringify(Object.fromEntries(headers)) };
}

/** An app that the service is compared with. */
export interface PeerApp extends AsyncDisposable, Server {}

/**
 * Starts a peer that answers with the body and the headers of a hit.
 *
 * @param script Its program in this folder.
 * @param hit The hit.
 * @param more Further arguments of the program.
 * @returns The peer, when it listens.
 */
export async function startPeer(
  script: string,
  hit: Hit,
  ...more: readonly string[]
): Promise<PeerApp> {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const [, ...args] = String(config.tasks.start.command).split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args.slice(0, -1), `tests/bench/${script}`, hit.file, hit.headers, ...more],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    origin: value.trim(),
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await reader.cancel();
    },
  };
}
