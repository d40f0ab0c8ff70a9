import { AdainError } from "../adain/mod.ts";
import { CheckpointError } from "../checkpoints/mod.ts";
import { ImageError } from "../image/mod.ts";
import type { ProgressStream } from "../progress.ts";
import { CommandError } from "./errors.ts";

/** Where a command writes. */
export interface Terminal {
  /** Results. */
  readonly stdout: ProgressStream;
  /** Progress and errors. */
  readonly stderr: ProgressStream;
}

/**
 * Writes a line.
 *
 * @param stream Where.
 * @param text The line without its end.
 */
export function writeLine(stream: ProgressStream, text: string): void {
  stream.writeSync(new TextEncoder().encode(`${text}\n`));
}

/**
 * Writes a line about an error.
 *
 * @param terminal Where to write.
 * @param text The sentence; see {@linkcode printable}.
 */
export function writeError({ stderr }: Terminal, text: string): void {
  writeLine(stderr, `error: ${printable(text)}`);
}

/**
 * Makes text of unknown origin, such as names in files, harmless for a terminal, and one line.
 *
 * @param text Any text.
 * @returns The text with a space for each control character.
 */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}

/**
 * Runs a command and turns what a user can do wrong, or a disk, into one line on standard error.
 *
 * @param terminal Where to write.
 * @param task The command.
 * @returns The exit code: 0, or 1 if the command failed.
 * @throws {unknown} Whatever is no fault of the input.
 */
export async function runCommand(terminal: Terminal, task: () => Promise<void>): Promise<number> {
  try {
    await task();
    return 0;
  } catch (error) {
    const text = explain(error);
    if (text === undefined) throw error;
    // Whoever read the output has seen enough, as in `… | head`.
    if (!(error instanceof Deno.errors.BrokenPipe)) writeError(terminal, text);
    return 1;
  }
}

/**
 * The sentence that a user sees of an error.
 *
 * @param error What was thrown.
 * @returns The sentence; undefined if the error is a fault of the program.
 */
export function explain(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return isKnown(error) || isWrongArgument(error) || isFileSystem(error)
    ? error.message
    : undefined;
}

function isKnown(error: Error): boolean {
  return [AdainError, CheckpointError, CommandError, ImageError].some((type) =>
    error instanceof type
  );
}

/** `parseArgs` throws TypeErrors with these codes. */
function isWrongArgument(error: Error): boolean {
  return "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

/** Codes of the operating system; of Deno's classes, some errors have no code. */
function isFileSystem(error: Error): boolean {
  return "code" in error && /^E[A-Z0-9]+$/.test(String(error.code)) ||
    Object.values(Deno.errors).some((type) => error instanceof type);
}
