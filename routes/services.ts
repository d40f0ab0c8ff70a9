import type { Catalog, CatalogModel } from "../lib/catalog/mod.ts";
import type { Compute } from "../lib/compute/mod.ts";
import type { Config } from "../lib/config.ts";
import type { Log } from "../lib/log.ts";
import type { PictureService } from "../lib/pictures/mod.ts";

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
  /** From requests to pictures. */
  readonly pictures: PictureService;
  /** Installed models by name. */
  readonly models: ReadonlyMap<string, CatalogModel>;
  /** Folder URL of the pages and the sample picture, with a trailing slash. */
  readonly staticFolder: URL;
}
