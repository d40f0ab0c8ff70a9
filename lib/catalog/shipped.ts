import { type Statistics, unpackStatistics } from "../adain/mod.ts";
import type { CatalogModel } from "./types.ts";

/** Numbers of one drawn style for one model, as `statistics.json` lists them. */
export interface ShippedStyle {
  /** Hash of the picture that was measured. */
  readonly version: string;
  /** Pixels per row of the picture. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Packed statistics in base64. */
  readonly statistics: string;
}

/** `statistics.json`: by name of the model, its version and the numbers of each style by id. */
export type ShippedStatistics = Readonly<
  Record<
    string,
    { readonly version: string; readonly styles: Readonly<Record<string, ShippedStyle>> }
  >
>;

/** Finds what ships for a style, or nothing: `version` is the hash of the picture at hand. */
export type FindShipped = (id: string, version: string) => {
  readonly statistics: Statistics;
  readonly width: number;
  readonly height: number;
} | undefined;

/**
 * Reads the statistics of the drawn styles that ship for a model, so that nobody measures them
 * again. Numbers of another version of the model, or of another picture, are never given.
 *
 * @param folder Folder URL of `statistics.json`, with a trailing slash.
 * @param model The model.
 * @returns How to find a style's numbers.
 */
export async function readShipped(folder: URL, model: CatalogModel): Promise<FindShipped> {
  const entry = (await readStatistics(folder))[model.name];
  if (entry?.version !== model.version) return () => undefined;
  return (id, version) => {
    const style = entry.styles[id];
    if (style?.version !== version) return undefined;
    const { width, height, statistics } = style;
    const bytes = Uint8Array.fromBase64(statistics);
    return { statistics: unpackStatistics(bytes, model), width, height };
  };
}

/**
 * @param folder Folder URL of `statistics.json`, with a trailing slash.
 * @returns What the file says; of a missing file, nothing.
 */
export async function readStatistics(folder: URL): Promise<ShippedStatistics> {
  try {
    // The file is made by `styles:measure` and covered by the tests.
    return JSON.parse(await Deno.readTextFile(new URL("statistics.json", folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
