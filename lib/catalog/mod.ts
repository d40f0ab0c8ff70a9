/**
 * The catalog of styles: pictures, metadata and statistics in Deno KV.
 *
 * @module
 */
export { seedBuiltins, type SeedOptions, type SeedProgress } from "./builtin.ts";
export { Catalog, MAX_STYLE_BYTES } from "./catalog.ts";
export { CatalogError, type CatalogErrorCode } from "./errors.ts";
export { isRemoteStore, openStore } from "./open_store.ts";
export {
  assertStyleId,
  isStyleId,
  STYLE_ID,
  type StyleMetadata,
  type StylePicture,
  type StyleRecord,
  versionOf,
} from "./record.ts";
export {
  type FindShipped,
  readShipped,
  readStatistics,
  type ShippedStatistics,
  type ShippedStyle,
} from "./shipped.ts";
export type { StylePage } from "./store.ts";
export type { AnalyzeOptions, CatalogModel, CatalogOptions, StyleAnalysis } from "./types.ts";
