import {
  normaliseWeights,
  type Statistics,
  STYLE_SIDE,
  type Stylizer,
  unpackStatistics,
  type WeightedStatistics,
} from "../adain/mod.ts";
import { readShipped, versionOf } from "../catalog/mod.ts";
import { decode, planGeometry, resize } from "../image/mod.ts";
import { CommandError } from "./errors.ts";
import { nearest } from "../nearest.ts";
import { FILE_LIMITS, readPicture } from "./read_picture.ts";
import { explain } from "./terminal.ts";

/** A style that ships with the project, from `styles.json` or `paintings.json`. */
export interface BuiltinStyle {
  /** Its id. */
  readonly id: string;
  /** Name to show. */
  readonly title: string;
  /** Picture beside the list; absent where only numbers ship. */
  readonly file?: string;
  /** Packed statistics in base64, by model version. */
  readonly statistics?: Readonly<Record<string, string>>;
}

/**
 * Lists the styles that ship with the project.
 *
 * @param folder Folder URL of `styles.json` and `paintings.json`, with a trailing slash.
 * @returns Pictures first, then paintings.
 */
export async function readBuiltins(folder: URL): Promise<readonly BuiltinStyle[]> {
  const lists = await Promise.all(
    ["styles.json", "paintings.json"].map((name) => Deno.readTextFile(new URL(name, folder))),
  );
  // Both lists are part of this project and covered by its tests.
  return lists.flatMap((text) => JSON.parse(text) as BuiltinStyle[]);
}

/** What {@linkcode chooseStyles} works with. */
export interface StyleSources {
  /** Folder URL of the built-in styles, with a trailing slash. */
  readonly folder: URL;
  /** The open model. */
  readonly stylizer: Stylizer;
}

/**
 * Finds the styles that a user typed: `id`, `picture.jpg`, or several with weights, `a:0.6,b:0.4`.
 *
 * @param text What was typed.
 * @param sources Built-in styles and the open model.
 * @returns The statistics of each style, with its weight.
 * @throws {CommandError} For an unknown style, naming the nearest one.
 * @throws {AdainError} `invalid_target` for weights that are not allowed.
 */
export async function chooseStyles(
  text: string,
  sources: StyleSources,
): Promise<WeightedStatistics[]> {
  const builtins = await readBuiltins(sources.folder);
  const parts = await splitBlend(text);
  normaliseWeights(parts.map(({ weight }) => weight));
  const styles: WeightedStatistics[] = [];
  for (const { name, weight } of parts) {
    const builtin = builtins.find(({ id }) => id === name);
    const statistics = builtin
      ? await builtinStatistics(builtin, sources)
      : await isFile(name)
      ? await measurePicture(name, sources.stylizer)
      : unknown(name, builtins);
    styles.push({ statistics, weight });
  }
  return styles;
}

/**
 * Finds the picture files among the styles that a user typed.
 *
 * @param text What was typed, as {@linkcode chooseStyles} takes it.
 * @returns Their paths.
 */
export async function stylePictures(text: string): Promise<string[]> {
  const names = (await splitBlend(text)).map(({ name }) => name);
  const found = await Promise.all(names.map(isFile));
  return names.filter((_, i) => found[i]);
}

async function splitBlend(text: string): Promise<{ name: string; weight: number }[]> {
  // A file's name may have commas and colons of its own.
  if (await isFile(text)) return [{ name: text, weight: 1 }];
  return text.split(",").map((part) => {
    const [, name = part, weight = "1"] = /^(.+):(-?(?:\d+(?:\.\d*)?|\.\d+))$/.exec(part.trim()) ??
      [];
    return { name: name.trim(), weight: Number(weight) };
  });
}

async function isFile(path: string): Promise<boolean> {
  if (path === "") return false;
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (explain(error) !== undefined) return false;
    throw error;
  }
}

async function builtinStatistics(
  { id, file, statistics = {} }: BuiltinStyle,
  { folder, stylizer }: StyleSources,
): Promise<Statistics> {
  const { name, version } = stylizer.manifest;
  if (file !== undefined) {
    const picture = new URL(file, folder);
    const shipped = await readShipped(folder, stylizer.manifest);
    const known = shipped(id, await versionOf(await Deno.readFile(picture)));
    return known?.statistics ?? await measurePicture(picture, stylizer);
  }
  const packed = statistics[version];
  if (packed !== undefined) {
    return unpackStatistics(Uint8Array.fromBase64(packed), stylizer.manifest);
  }
  throw new CommandError(
    `Cannot use "${id}" with the model "${name}": it ships as numbers of other models; give a ` +
      "picture file of it instead",
  );
}

async function measurePicture(path: string | URL, stylizer: Stylizer): Promise<Statistics> {
  const picture = await readPicture(path, (bytes) => decode(bytes, FILE_LIMITS));
  const { size } = planGeometry(picture, {
    width: STYLE_SIDE,
    height: STYLE_SIDE,
    fit: "inside",
    gravity: { x: 0.5, y: 0.5 },
    dpr: 1,
    enlarge: false,
    maxSide: STYLE_SIDE,
  });
  return await stylizer.analyze(await resize(picture, size));
}

function unknown(name: string, builtins: readonly BuiltinStyle[]): never {
  const ids = builtins.map(({ id }) => id);
  const near = nearest(name, ids);
  const hint = near === undefined
    ? `built in are ${ids.join(", ")}; or give a picture file`
    : `did you mean "${near}"?`;
  throw new CommandError(`There is no style "${name.slice(0, 80)}": ${hint}`);
}
