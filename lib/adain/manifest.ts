import { AdainError } from "./errors.ts";

/** One file of a model folder. */
export interface ModelFile {
  /** Path inside the folder. */
  readonly path: string;
  /** SHA-256 of the file, lower-case hexadecimal. */
  readonly sha256: string;
}

/** What `model.json` says of a model, as far as the library needs it. */
export interface Manifest {
  /** The folder's name, for people. */
  readonly name: string;
  /** Hash of the graphs: statistics of one version never serve another. */
  readonly version: string;
  /** Channels of the features, C. */
  readonly channels: number;
  /** Numbers of a style's modulation, M; 0: the model has none. From `modulation`. */
  readonly modulation: number;
  /** Pixels per feature. */
  readonly stride: number;
  /** Halo in pixels that makes tiles exact; a multiple of `stride`. */
  readonly receptiveField: number;
  /**
   * Float32 values per pixel of the largest map of a run, which is what memory and buffer limits are
   * planned with. From `full_size_channels`; default `channels / stride`, as networks at most double
   * their channels where they halve both sides.
   */
  readonly fullSizeChannels: number;
  /** The graphs; `style` where the model has modulation. */
  readonly files: {
    readonly encoder: ModelFile;
    readonly decoder: ModelFile;
    readonly style?: ModelFile;
  };
}

/** A model ready to be opened: its manifest and its ONNX graphs. */
export interface Model {
  /** What the graphs are. */
  readonly manifest: Manifest;
  /** ONNX bytes: image -> features, mean, std. */
  readonly encoder: Uint8Array<ArrayBuffer>;
  /** ONNX bytes: features, scale, shift and, where there is one, modulation -> image. */
  readonly decoder: Uint8Array<ArrayBuffer>;
  /** ONNX bytes: mean, std of a style -> modulation; absent where the model has none. */
  readonly style?: Uint8Array<ArrayBuffer>;
}

/**
 * Reads and checks the text of a `model.json`.
 *
 * @param text The file's text.
 * @returns The manifest.
 * @throws {AdainError} `model_damaged` naming the first field that is missing or wrong.
 */
export function parseManifest(text: string): Manifest {
  const json = parseJson(text);
  const files = object(json, "files");
  const channels = count(json, "channels");
  const stride = count(json, "stride");
  const widest = Math.ceil(channels / stride);
  const modulation = "modulation" in json ? count(json, "modulation", 0) : 0;
  const manifest = {
    name: string(json, "name"),
    version: string(json, "version"),
    channels,
    modulation,
    stride,
    receptiveField: count(json, "receptive_field"),
    fullSizeChannels: "full_size_channels" in json ? count(json, "full_size_channels") : widest,
    files: {
      encoder: file(files, "encoder"),
      decoder: file(files, "decoder"),
      ...(modulation > 0 ? { style: file(files, "style") } : {}),
    },
  };
  if (manifest.receptiveField % manifest.stride !== 0) {
    throw damaged("receptive_field", "a multiple of stride", manifest.receptiveField);
  }
  return manifest;
}

/**
 * Reads a model folder and checks every file against the manifest's hashes.
 *
 * @param folder File URL of the folder, with a trailing slash.
 * @returns The model.
 * @throws {AdainError} `model_missing` if a file is not there, `model_damaged` if one is not what
 *   the manifest says.
 * @throws {TypeError} If the URL is not one of a file.
 */
export async function loadModel(folder: URL): Promise<Model> {
  if (folder.protocol !== "file:") {
    throw new TypeError(`Cannot open the model ${folder}: only file URLs are supported`);
  }
  const text = new TextDecoder().decode(await readFile(new URL("model.json", folder)));
  const manifest = parseManifest(text);
  const encoder = await readChecked(folder, manifest.files.encoder);
  const decoder = await readChecked(folder, manifest.files.decoder);
  if (!manifest.files.style) return { manifest, encoder, decoder };
  return { manifest, encoder, decoder, style: await readChecked(folder, manifest.files.style) };
}

async function readChecked(folder: URL, file: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(new URL(file.path, folder));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (digest.toHex() !== file.sha256) {
    throw new AdainError(
      "model_damaged",
      `Cannot use ${file.path}: its SHA-256 is ${digest.toHex()}, model.json says ${file.sha256}`,
    );
  }
  return bytes;
}

async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(url);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new AdainError("model_missing", `Cannot open the model: ${url.pathname} is not there`, {
      cause,
    });
  }
}

type Json = Readonly<Record<string, unknown>>;

function parseJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    throw new AdainError("model_damaged", "Cannot read model.json: it is not JSON", { cause });
  }
  throw new AdainError("model_damaged", "Cannot read model.json: it is not a JSON object");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function object(json: Json, key: string): Json {
  const value = json[key];
  if (!isObject(value)) throw damaged(key, "an object", value);
  return value;
}

function string(json: Json, key: string): string {
  const value = json[key];
  if (typeof value !== "string" || value === "") throw damaged(key, "a text", value);
  return value;
}

function count(json: Json, key: string, least = 1): number {
  const value = json[key];
  if (typeof value !== "number" || !Number.isInteger(value) || value < least) {
    throw damaged(key, `an integer of at least ${least}`, value);
  }
  return value;
}

function file(files: Json, key: string): ModelFile {
  const entry = object(files, key);
  const path = string(entry, "path");
  if (!/^(?!\.+$)[\w.-]+$/.test(path)) {
    throw damaged(`files.${key}.path`, "a plain file name", path);
  }
  return { path, sha256: string(entry, "sha256") };
}

function damaged(field: string, expected: string, received: unknown): AdainError {
  const shown = JSON.stringify(received) ?? "nothing";
  return new AdainError(
    "model_damaged",
    `Cannot read model.json: "${field}" must be ${expected}, received ${shown}`,
  );
}
