import { unpackStatistics } from "../adain/mod.ts";
import type { Catalog } from "./catalog.ts";
import { type StyleMetadata, versionOf } from "./record.ts";
import { type FindShipped, readShipped } from "./shipped.ts";
import type { CatalogModel } from "./types.ts";

/** A style that ships with its picture, as listed in `styles.json`. */
interface BuiltinPicture extends StyleMetadata {
  readonly id: string;
  /** File beside the list. */
  readonly file: string;
}

/** A style that ships as statistics only, as listed in `paintings.json`. */
interface BuiltinPainting extends StyleMetadata {
  readonly id: string;
  /** Hash of the picture that was measured. */
  readonly version: string;
  /** Packed statistics in base64, by model version. */
  readonly statistics: Readonly<Record<string, string>>;
}

/** What {@linkcode seedBuiltins} is doing. */
export interface SeedProgress {
  /** Styles that are ready. */
  readonly done: number;
  /** All built-in styles. */
  readonly total: number;
  /** The style that was just made ready. */
  readonly id: string;
}

/** What {@linkcode seedBuiltins} works with. */
export interface SeedOptions {
  /** Folder URL with `styles.json`, `paintings.json` and `statistics.json`, with a trailing slash. */
  readonly folder: URL;
  /** The model whose statistics must be there. */
  readonly model: CatalogModel;
  /** Styles that are measured at once. Default 1. */
  readonly lanes?: number;
  /** Called after each style. */
  readonly onProgress?: (progress: SeedProgress) => void;
}

/**
 * Puts the built-in styles into the catalog, with the statistics that ship for this very version of
 * the model; others are computed from the pictures. Styles that an administrator replaced or removed
 * stay as they are.
 *
 * @param catalog The catalog.
 * @param options The folder, the model and a listener.
 */
export async function seedBuiltins(catalog: Catalog, options: SeedOptions): Promise<void> {
  const { folder, model, onProgress } = options;
  const pictures = await readList<BuiltinPicture>(new URL("styles.json", folder));
  const paintings = await readList<BuiltinPainting>(new URL("paintings.json", folder));
  const shipped = await readShipped(folder, model);
  const total = pictures.length + paintings.length;
  let done = 0;
  const seed = async (id: string, put: () => Promise<void>): Promise<void> => {
    if (await isOurs(catalog, id)) await put();
    onProgress?.({ done: ++done, total, id });
  };
  const waiting = pictures.values();
  const lane = async (): Promise<void> => {
    for (const style of waiting) {
      await seed(style.id, () => seedPicture(catalog, style, { folder, model, shipped }));
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 1 }, lane));
  for (const style of paintings) await seed(style.id, () => seedPainting(catalog, style, model));
}

async function isOurs(catalog: Catalog, id: string): Promise<boolean> {
  const record = await catalog.find(id);
  return record ? record.origin === "builtin" : !await catalog.wasRemoved(id);
}

async function seedPicture(
  catalog: Catalog,
  { id, file, ...metadata }: BuiltinPicture,
  { folder, model, shipped }: Pick<SeedOptions, "folder" | "model"> & { shipped: FindShipped },
): Promise<void> {
  const picture = await Deno.readFile(new URL(file, folder));
  const known = shipped(id, await versionOf(picture));
  const options = { metadata, origin: "builtin", model, known } as const;
  const { record, changed } = await catalog.put(id, picture, options);
  if (!changed) await catalog.statistics(record, model, known?.statistics);
}

async function seedPainting(
  catalog: Catalog,
  { id, version, statistics, ...metadata }: BuiltinPainting,
  model: CatalogModel,
): Promise<void> {
  const packed = statistics[model.version];
  // Models that these statistics were not computed for go without the painting.
  if (packed === undefined) return;
  const bytes = Uint8Array.fromBase64(packed);
  await catalog.putStatistics(id, unpackStatistics(bytes, model), {
    metadata,
    version,
    model,
  });
}

/** Both lists are part of this project and covered by its tests. */
async function readList<T>(url: URL): Promise<readonly T[]> {
  return JSON.parse(await Deno.readTextFile(url)) as readonly T[];
}
