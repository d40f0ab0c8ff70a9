import { basename, dirname, extname, join, resolve } from "node:path";
import type { OutputFormat } from "../image/mod.ts";
import { CommandError } from "./errors.ts";
import { explain } from "./terminal.ts";

/** One picture to paint. */
export interface PictureJob {
  /** File to read. */
  readonly from: string;
  /** File to write. */
  readonly to: string;
  /** Its format. */
  readonly format: OutputFormat;
}

const FORMATS: ReadonlyMap<string, OutputFormat> = new Map([
  [".avif", "avif"],
  [".gif", "gif"],
  [".jpeg", "jpeg"],
  [".jpg", "jpeg"],
  [".png", "png"],
  [".webp", "webp"],
]);

/** Names of pictures in a folder; what a file really is, its bytes say. */
const PICTURE = /\.(?:avif|gif|jpe?g|png|tiff?|webp)$/i;

/**
 * Plans which files become which. One file becomes a file, or keeps its name in a folder; several
 * files and folders keep their names in a folder.
 *
 * @param inputs Files and folders.
 * @param output A file, or a folder.
 * @param options Further files that are read: `styles`.
 * @returns One job per picture; nothing is written yet.
 * @throws {CommandError} If a name is empty, an input is missing, a folder has no pictures, a format
 *   cannot be written, or a file that is read, under whatever name, or another result would be
 *   overwritten.
 */
export async function planJobs(
  inputs: readonly string[],
  output: string,
  { styles }: { readonly styles: readonly string[] },
): Promise<readonly PictureJob[]> {
  if ([...inputs, output].includes("")) throw new CommandError("Cannot use an empty file name");
  const files: string[] = [];
  let folders = 0;
  for (const input of inputs) {
    if (!await isFolder(input)) files.push(input);
    else {
      folders++;
      files.push(...await listPictures(input));
    }
  }
  const intoFolder = folders > 0 || inputs.length > 1 || output.endsWith("/") ||
    await isExistingFolder(output);
  const jobs = files.map((from) => intoFolder ? keepName(from, output) : jobOf(from, output));
  await assertUnread(jobs, [...files, ...styles]);
  assertDistinct(jobs);
  return jobs;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new CommandError(`Cannot read ${path}: it is not there`, { cause });
  }
}

async function isExistingFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function listPictures(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const pictures = entries.filter(({ name, isDirectory }) => !isDirectory && PICTURE.test(name))
    .map(({ name }) => join(folder, name)).sort();
  if (pictures.length > 0) return pictures;
  throw new CommandError(`Cannot use the folder ${folder}: it has no pictures`);
}

/** TIFF is only read: such a picture becomes a PNG. */
function keepName(from: string, folder: string): PictureJob {
  const extension = extname(from);
  const name = FORMATS.has(extension.toLowerCase())
    ? basename(from)
    : `${basename(from, extension)}.png`;
  return jobOf(from, join(folder, name));
}

function jobOf(from: string, to: string): PictureJob {
  const format = FORMATS.get(extname(to).toLowerCase());
  if (format) return { from, to, format };
  throw new CommandError(
    `Cannot write ${to}: its name must end with ${[...FORMATS.keys()].join(", ")}`,
  );
}

async function assertUnread(
  jobs: readonly PictureJob[],
  read: readonly string[],
): Promise<void> {
  const sources = new Set(await Promise.all(read.map(identify)));
  for (const { to } of jobs) {
    const target = await identify(to);
    if (target !== undefined && sources.has(target)) {
      throw new CommandError(`Cannot write ${to}: it would overwrite a picture that is read`);
    }
  }
}

/** The file behind a name, its links followed; undefined where none can be reached. */
async function identify(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return ino === null ? await Deno.realPath(path) : `${dev}:${ino}`;
  } catch (error) {
    if (explain(error) === undefined) throw error;
    return undefined;
  }
}

function assertDistinct(jobs: readonly PictureJob[]): void {
  const targets = new Set<string>();
  for (const { from, to } of jobs) {
    const target = resolve(to);
    if (targets.has(target)) {
      throw new CommandError(`Cannot write ${to} for ${from}: another picture becomes it too`);
    }
    targets.add(target);
  }
}

/**
 * Writes a picture; its folder is made. It appears complete or not at all.
 *
 * @param path The file; one that is there is replaced.
 * @param bytes What it holds.
 * @throws {CommandError} Naming the file and why it cannot be written.
 */
export async function writePicture(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const draft = join(folder, `.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(draft, bytes);
    await Deno.rename(draft, path);
  } catch (cause) {
    await Deno.remove(draft).catch(() => {});
    const text = explain(cause);
    if (text === undefined) throw cause;
    throw new CommandError(`Cannot write ${path}: ${text}`, { cause });
  }
}
