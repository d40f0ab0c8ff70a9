/**
 * From a request to a picture: the way that joins sources, styles, compute and cache.
 *
 * @module
 */
export { Painter, type PainterOptions } from "./painter.ts";
export {
  type PictureRequest,
  type PictureSource,
  SAMPLE,
  type SheetRequest,
  type StyleChoice,
} from "./request.ts";
export type { ClientState, Freshness, Served, ServeOptions } from "./served.ts";
export { PictureService, type PictureServiceOptions } from "./service.ts";
export {
  type FetchSource,
  Sources,
  type SourcesOptions,
  type SourcesStatus,
  sourceTag,
} from "./sources.ts";
