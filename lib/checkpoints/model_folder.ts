import { concat } from "../concat.ts";
import { CheckpointError } from "./errors.ts";

/** The graphs of a model. */
export interface Graphs {
  /** ONNX: image -> features, mean, std. */
  readonly encoder: Uint8Array<ArrayBuffer>;
  /** ONNX: features, scale, shift -> image. */
  readonly decoder: Uint8Array<ArrayBuffer>;
}

/** Where a model goes and what its manifest says. */
export interface ModelFolderOptions {
  /** Folder of all models; it must exist. */
  readonly folder: string;
  /** The model's own folder in it. */
  readonly name: string;
  /** Further fields of the manifest: shape first, then facts for people. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Whether a model of that name is replaced. */
  readonly replace: boolean;
}

/**
 * Writes a model folder: both graphs and `model.json`. It appears complete or not at all.
 *
 * @param graphs The graphs.
 * @param options Folder, name, facts.
 * @returns Path of the new folder and the version of the model.
 * @throws {CheckpointError} `model_exists` if there is a model of that name, and it is not to be
 *   replaced, or if what is there is no model.
 */
export async function writeModelFolder(
  graphs: Graphs,
  options: ModelFolderOptions,
): Promise<{ path: string; version: string }> {
  const path = `${options.folder}/${options.name}`;
  await assertReplaceable(path, options);
  const work = await Deno.makeTempDir({ dir: options.folder, prefix: `.${options.name}-` });
  try {
    const manifest = await describe(graphs, options);
    const draft = `${work}/new`;
    await Deno.mkdir(draft);
    await Deno.writeFile(`${draft}/encoder.onnx`, graphs.encoder);
    await Deno.writeFile(`${draft}/decoder.onnx`, graphs.decoder);
    await Deno.writeTextFile(`${draft}/model.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    await swap({ draft, path, old: `${work}/old` });
    return { path, version: manifest.version };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Only a model gives way to a model. */
async function assertReplaceable(
  path: string,
  { name, replace }: ModelFolderOptions,
): Promise<void> {
  if (!await exists(path)) return;
  const problem = !replace
    ? "is there already; choose another name, or replace it with --force"
    : !await exists(`${path}/model.json`)
    ? "is there and is no model; choose another name"
    : undefined;
  if (problem === undefined) return;
  throw new CheckpointError("model_exists", `Cannot write the model "${name}": ${path} ${problem}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/** Puts the draft in its place; what was there comes back if that fails. */
async function swap(
  { draft, path, old }: { draft: string; path: string; old: string },
): Promise<void> {
  const moved = await Deno.rename(path, old).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  try {
    await Deno.rename(draft, path);
  } catch (error) {
    if (moved) await Deno.rename(old, path);
    throw error;
  }
}

async function describe(
  graphs: Graphs,
  { name, facts }: ModelFolderOptions,
): Promise<{ readonly version: string } & Readonly<Record<string, unknown>>> {
  const file = async (part: keyof Graphs): Promise<Record<string, unknown>> => ({
    path: `${part}.onnx`,
    sha256: await sha256(graphs[part]),
    bytes: graphs[part].length,
  });
  return {
    name,
    version: (await sha256(concat([graphs.encoder, graphs.decoder]))).slice(0, 16),
    ...facts,
    files: { encoder: await file("encoder"), decoder: await file("decoder") },
  };
}

/**
 * Hashes bytes.
 *
 * @param bytes Any bytes.
 * @returns SHA-256, lower-case hexadecimal.
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
