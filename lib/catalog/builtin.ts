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
  /** Further models: the statistics that ship for them are put too, and none computed. */
  readonly others?: readonly CatalogModel[];
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
  const others = await Promise.all(
    (options.others ?? []).map(async (other) => [other, await readShipped(folder, other)] as const),
  );
  const total = pictures.length + paintings.length;
  let done = 0;
  const seed = async (id: string, put: () => Promise<void>): Promise<void> => {
    if (await isOurs(catalog, id)) await put();
    onProgress?.({ done: ++done, total, id });
  };
  const waiting = pictures.values();
  const lane = async (): Promise<void> => {
    for (const style of waiting) {
      await seed(style.id, () => seedPicture(catalog, style, { folder, model, shipped, others }));
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 1 }, lane));
  const models = [model, ...others.map(([other]) => other)];
  for (const style of paintings) await seed(style.id, () => seedPainting(catalog, style, models));
}

async function isOurs(catalog: Catalog, id: string): Promise<boolean> {
  const record = await catalog.find(id);
  return record ? record.origin === "builtin" : !await catalog.wasRemoved(id);
}

async function seedPicture(
  catalog: Catalog,
  { id, file, ...metadata }: BuiltinPicture,
  { folder, model, shipped, others }: Pick<SeedOptions, "folder" | "model"> & {
    readonly shipped: FindShipped;
    readonly others: readonly (readonly [CatalogModel, FindShipped])[];
  },
): Promise<void> {
  const picture = await Deno.readFile(new URL(file, folder));
  const version = await versionOf(picture);
  const known = shipped(id, version);
  const options = { metadata, origin: "builtin", model, known } as const;
  const { record, changed } = await catalog.put(id, picture, options);
  if (!changed) await catalog.statistics(record, model, known?.statistics);
  for (const [other, shippedFor] of others) {
    const statistics = shippedFor(id, version)?.statistics;
    if (statistics) await catalog.statistics(record, other, statistics);
  }
}

async function seedPainting(
  catalog: Catalog,
  { id, version, statistics, ...metadata }: BuiltinPainting,
  models: readonly CatalogModel[],
): Promise<void> {
  for (const [i, model] of models.entries()) {
    const packed = statistics[model.version];
    if (packed !== undefined) {
      const unpacked = unpackStatistics(Uint8Array.fromBase64(packed), model);
      await catalog.putStatistics(id, unpacked, { metadata, version, model });
    } else if (i === 0) {
      // A default model that these statistics were not computed for goes without the painting.
      return;
    }
  }
}

/** Both lists are part of this project and covered by its tests. */
async function readList<T>(url: URL): Promise<readonly T[]> {
  return JSON.parse(await Deno.readTextFile(url)) as readonly T[];
}
