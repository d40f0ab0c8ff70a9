import { AdainError, loadModel, Stylizer, type Target } from "../adain/mod.ts";
import {
  type Animation,
  encode,
  encodeAnimation,
  type EncodeOptions,
  type Frame,
} from "../image/mod.ts";
import { createProgress } from "../progress.ts";
import { CommandError } from "./errors.ts";
import { type PictureJob, planJobs, writePicture } from "./picture_files.ts";
import { decodeContent, readPicture } from "./read_picture.ts";
import { chooseStyles, readBuiltins, stylePictures } from "./style_choice.ts";
import { parseStylizeArguments, type StylizeArguments } from "./stylize_arguments.ts";
import {
  explain,
  printable,
  runCommand,
  type Terminal,
  writeError,
  writeLine,
} from "./terminal.ts";

const HELP = `Paints pictures in the style of others.

  deno task stylize photo.jpg --style mosaic --alpha 0.8 -o out.png
  deno task stylize photos/ --style mosaic:0.6,woodcut:0.4 -o painted/
  deno task stylize photo.jpg --style painting.jpg -o out.webp

  -o, --output     a file (.jpg, .png, .webp, .avif, .gif; animations stay animated in
                   .webp and .gif), or a folder where names are kept
  -s, --style      a built-in style, a picture file, or several with weights: a:0.6,b:0.4
  -a, --alpha      0 (the content as the network redraws it) to 1 (full style, default)
  --color          style (default) or content: whose colours the result has
  --width          widest result in pixels; a picture is never enlarged
  --height         highest result in pixels
  --model          an installed model (default fast)
  --quality        1 to 100, for all but .png
  --threads        threads of one picture (default: one per core)
  -h, --help       this text

Pictures of up to 200 megapixels are read, and animations of up to 100 in sum.

Built-in styles: `;

const MODELS = new URL("../../models/", import.meta.url);
const STYLES = new URL("../../static/styles/", import.meta.url);

/**
 * `deno task stylize`: paints picture files.
 *
 * @param args The command line's arguments.
 * @param terminal Where to write.
 * @returns The exit code.
 */
export function stylize(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand(terminal, async () => {
    const asked = parseStylizeArguments(args);
    if (asked === "help") {
      const ids = (await readBuiltins(STYLES)).map(({ id }) => id);
      return writeLine(terminal.stdout, `${HELP}${ids.join(", ")}`);
    }
    const jobs = await planJobs(asked.inputs, asked.output, {
      styles: await stylePictures(asked.style),
    });
    const stylizer = await openModel(asked);
    try {
      const styles = await chooseStyles(asked.style, { folder: STYLES, stylizer });
      const target = { styles, alpha: asked.alpha, colour: asked.colour };
      await paintAll(jobs, { asked, stylizer, target, terminal });
    } finally {
      await stylizer.dispose();
    }
  });
}

async function openModel(
  { model: name, threads = navigator.hardwareConcurrency }: StylizeArguments,
): Promise<Stylizer> {
  const folder = /^[\w-]{1,64}$/.test(name) ? new URL(`${name}/`, MODELS) : undefined;
  try {
    if (folder) return await Stylizer.open(await loadModel(folder), { threads });
  } catch (error) {
    if (!(error instanceof AdainError && error.code === "model_missing")) throw error;
  }
  throw new CommandError(`There is no model "${name}": installed are ${await installed()}`);
}

async function installed(): Promise<string> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(MODELS)) {
    if (isDirectory && await exists(new URL(`${name}/model.json`, MODELS))) names.push(name);
  }
  return names.sort().join(", ");
}

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

interface Work {
  readonly asked: StylizeArguments;
  readonly stylizer: Stylizer;
  readonly target: Target;
  readonly terminal: Terminal;
}

/** A picture that cannot be painted does not stop the others. */
async function paintAll(jobs: readonly PictureJob[], work: Work): Promise<void> {
  const progress = createProgress("pictures", work.terminal.stderr);
  const failures: string[] = [];
  for (const [i, job] of jobs.entries()) {
    const failure = await tryToPaint(job, work);
    if (failure !== undefined) failures.push(failure);
    const id = printable(failure === undefined ? job.to : job.from);
    progress({ done: i + 1, total: jobs.length, id });
  }
  if (failures.length === 0) return;
  failures.slice(0, -1).forEach((text) => writeError(work.terminal, text));
  throw new CommandError(failures.at(-1) ?? "");
}

async function tryToPaint(job: PictureJob, work: Work): Promise<string | undefined> {
  try {
    await paint(job, work);
    return undefined;
  } catch (error) {
    const text = explain(error);
    if (text === undefined) throw error;
    return error instanceof CommandError ? text : `Cannot paint ${job.from}: ${text}`;
  }
}

async function paint({ from, to, format }: PictureJob, work: Work): Promise<void> {
  const { asked, stylizer, target } = work;
  const wish = { ...asked, format };
  const { frames, plays } = await readPicture(from, (bytes) => decodeContent(bytes, wish));
  const painted: Frame[] = [];
  for (const { pixels, delay } of frames) {
    painted.push({ pixels: await stylizer.stylize(pixels, target), delay });
  }
  const form = asked.quality === undefined ? { format } : { format, quality: asked.quality };
  await writePicture(to, await encodeFrames({ frames: painted, plays }, form));
}

async function encodeFrames(animation: Animation, form: EncodeOptions): Promise<Uint8Array> {
  const { format } = form;
  const [first, ...more] = animation.frames;
  if (!first) throw new RangeError("a picture has at least one frame");
  return more.length > 0 && (format === "gif" || format === "webp")
    ? await encodeAnimation(animation, { ...form, format })
    : await encode(first.pixels, form);
}

if (import.meta.main) Deno.exitCode = await stylize(Deno.args, Deno);
