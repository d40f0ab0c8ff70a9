import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  buildVggDecoder,
  buildVggEncoder,
  type Checkpoint,
  CheckpointError,
  readCheckpoint,
  sha256,
  VGG_SHAPE,
  writeModelFolder,
} from "../checkpoints/mod.ts";
import { CommandError } from "./errors.ts";
import { assertOnce } from "./repetition.ts";
import { runCommand, type Terminal, writeLine } from "./terminal.ts";

const HELP = `Builds a model folder from checkpoints of the paper's network.

  deno task models:import --encoder vgg_normalised.pth --decoder decoder.pth

  --encoder FILE   VGG-19 (normalised) as an nn.Sequential: .pth or .safetensors
  --decoder FILE   its mirror, trained for AdaIN: .pth or .safetensors
  --name NAME      the model's name, as in MODEL=vgg19 (default vgg19)
  --to FOLDER      where to write it (default: this project's models, where the service looks)
  --force          replace a model of that name
  --help           this text

Nothing in the files is executed. A model in the default folder is used with
MODEL=vgg19 deno task start, or stylize --model vgg19.`;

/** Where the service and `stylize` look. */
const MODELS = fileURLToPath(new URL("../../models", import.meta.url));

/** The largest file that is read: ten times the whole VGG-19 in float32, in bytes. */
const MAX_FILE_BYTES = 800_000_000;

/**
 * `deno task models:import`: builds a model folder from published checkpoints.
 *
 * @param args The command line's arguments.
 * @param terminal Where to write.
 * @returns The exit code.
 */
export function importModel(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand(terminal, async () => {
    const { values, tokens } = parseArgs({ args: [...args], options: OPTIONS, tokens: true });
    if (values.help) return writeLine(terminal.stdout, HELP);
    assertOnce(tokens);
    const { encoder, decoder, name, to } = values;
    if (encoder === undefined || decoder === undefined) {
      throw new CommandError("--encoder FILE and --decoder FILE are needed; see --help");
    }
    if ([encoder, decoder, to].includes("")) {
      throw new CommandError("Cannot use an empty file name");
    }
    if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(name)) {
      throw new CommandError(
        `Cannot name a model "${name}": letters, digits, "-" and "_" are allowed`,
      );
    }
    const { path, version } = await build({ encoder, decoder, name, to, replace: values.force });
    const use = resolve(to) === MODELS
      ? `MODEL=${name} uses it`
      : `copy it into ${MODELS}, and MODEL=${name} uses it; loadModel() opens it where it is`;
    writeLine(terminal.stdout, `${path} is ready (version ${version}): ${use}`);
  });
}

const OPTIONS = {
  encoder: { type: "string" },
  decoder: { type: "string" },
  name: { type: "string", default: "vgg19" },
  to: { type: "string", default: MODELS },
  force: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

interface Build {
  readonly encoder: string;
  readonly decoder: string;
  readonly name: string;
  readonly to: string;
  readonly replace: boolean;
}

async function build(work: Build): Promise<{ path: string; version: string }> {
  const encoder = await convert(work.encoder, buildVggEncoder);
  const decoder = await convert(work.decoder, buildVggDecoder);
  await Deno.mkdir(work.to, { recursive: true });
  return await writeModelFolder({ encoder: encoder.graph, decoder: decoder.graph }, {
    folder: work.to.replace(/(?<=.)\/+$/, ""),
    name: work.name,
    replace: work.replace,
    facts: {
      ...VGG_SHAPE,
      epsilon: 1e-5,
      variance: "unbiased",
      normalisation: "none: planar RGB, 0..1",
      imported: { encoder: encoder.source, decoder: decoder.source },
    },
  });
}

/** One checkpoint becomes one graph; errors name the file. */
async function convert(
  path: string,
  toGraph: (checkpoint: Checkpoint) => Uint8Array<ArrayBuffer>,
): Promise<{ graph: Uint8Array<ArrayBuffer>; source: { file: string; sha256: string } }> {
  const bytes = await readFile(path);
  try {
    const graph = toGraph(readCheckpoint(bytes));
    const file = path.replace(/^.*[/\\]/, "");
    return { graph, source: { file, sha256: await sha256(bytes) } };
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    throw new CheckpointError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw new CommandError(`Cannot read ${path}: it is not a file`);
    if (size > MAX_FILE_BYTES) {
      throw new CommandError(
        `Cannot read ${path}: it has ${size} bytes, checkpoints of this network have up to ` +
          `${MAX_FILE_BYTES}`,
      );
    }
    return await Deno.readFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new CommandError(`Cannot read ${path}: it is not there`, { cause });
  }
}

if (import.meta.main) Deno.exitCode = await importModel(Deno.args, Deno);
