import { parseArgs } from "node:util";
import { CommandError } from "./errors.ts";
import { MAX_SIDE } from "./read_picture.ts";
import { assertOnce } from "./repetition.ts";

/** What `deno task stylize` is asked to do. */
export interface StylizeArguments {
  /** Picture files and folders. */
  readonly inputs: readonly string[];
  /** A picture file, or a folder. */
  readonly output: string;
  /** Styles as they were typed. */
  readonly style: string;
  /** Content–style trade-off, 0..1. */
  readonly alpha: number;
  /** Whose colours the results have. */
  readonly colour: "style" | "content";
  /** Widest result, in pixels. */
  readonly width?: number;
  /** Highest result, in pixels. */
  readonly height?: number;
  /** An installed model. */
  readonly model: string;
  /** Quality 1..100; absent: the codec's default. */
  readonly quality?: number;
  /** WASM threads; absent: one per core. */
  readonly threads?: number;
}

const OPTIONS = {
  output: { type: "string", short: "o" },
  style: { type: "string", short: "s" },
  alpha: { type: "string", short: "a", default: "1" },
  color: { type: "string", default: "style" },
  width: { type: "string" },
  height: { type: "string" },
  model: { type: "string", default: "fast" },
  quality: { type: "string" },
  threads: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * Reads the arguments of `deno task stylize`.
 *
 * @param args The command line's arguments.
 * @returns What is asked; `help` if only the help text is.
 * @throws {CommandError} Naming the first argument that is missing, repeated or not allowed.
 */
export function parseStylizeArguments(args: readonly string[]): StylizeArguments | "help" {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help) return "help";
  assertOnce(tokens);
  const { output, style, color, model } = values;
  if (positionals.length === 0) {
    throw new CommandError("a picture or a folder is needed; see --help");
  }
  if (style === undefined) throw new CommandError("--style is needed; see --help for the styles");
  if (output === undefined) throw new CommandError("-o FILE or FOLDER is needed; see --help");
  if (color !== "style" && color !== "content") {
    throw new CommandError(`Cannot use --color ${color}: it must be style or content`);
  }
  return {
    inputs: positionals,
    output,
    style,
    alpha: decimal("alpha", values.alpha),
    colour: color,
    ...count("width", values.width, MAX_SIDE),
    ...count("height", values.height, MAX_SIDE),
    model,
    ...count("quality", values.quality, 100),
    ...count("threads", values.threads, MAX_THREADS),
  };
}

/** More threads than this slow one run down. */
const MAX_THREADS = 64;

function decimal(name: string, text: string): number {
  if (/^(?:0(?:\.\d+)?|\.\d+|1(?:\.0+)?)$/.test(text)) return Number(text);
  throw new CommandError(`Cannot use --${name} ${text}: it must be a number from 0 to 1`);
}

/** An absent option stays absent. */
function count<N extends string>(
  name: N,
  text: string | undefined,
  most: number,
): Partial<Record<N, number>> {
  if (text === undefined) return {};
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) {
    throw new CommandError(
      `Cannot use --${name} ${text}: it must be a whole number from 1 to ${most}`,
    );
  }
  return { [name]: value } as Partial<Record<N, number>>;
}
