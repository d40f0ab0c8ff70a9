import type { Catalog, CatalogModel } from "../lib/catalog/mod.ts";
import type { Compute } from "../lib/compute/mod.ts";
import type { CacheEntry, ResultCache } from "../lib/cache/mod.ts";
import type { Config } from "../lib/config.ts";
import type { Log } from "../lib/log.ts";
import type { PictureService } from "../lib/pictures/mod.ts";
import type { SingleFlight } from "../lib/single_flight.ts";
import type { SourcePolicy } from "../lib/source/mod.ts";
import type { Presets } from "./presets.ts";

/** Everything that a route may use; `main.ts` builds it, tests give fakes. */
export interface Services {
  /** The settings. */
  readonly config: Config;
  /** Writes log lines. */
  readonly log: Log;
  /** The styles. */
  readonly catalog: Catalog;
  /** Where pictures are computed. */
  readonly compute: Compute;
  /** Finished pictures. */
  readonly cache: ResultCache;
  /** Pictures that are being computed. */
  readonly flight: SingleFlight<CacheEntry>;
  /** What may be fetched. */
  readonly sourcePolicy: SourcePolicy;
  /** Named sets of parameters. */
  readonly presets: Presets;
  /** From requests to pictures. */
  readonly pictures: PictureService;
  /** Installed models by name. */
  readonly models: ReadonlyMap<string, CatalogModel>;
  /** Aborted when the service is about to stop: it serves on, and is not ready for more. */
  readonly draining: AbortSignal;
  /** Folder URL of the pages and the sample picture, with a trailing slash. */
  readonly staticFolder: URL;
}
