import type { PaintJob } from "../compute/mod.ts";
import { digest } from "./digest.ts";
import { namedContent } from "./named_source.ts";
import type { PictureRequest, SheetRequest } from "./request.ts";
import type { StoredSource } from "./sources.ts";

/** What a picture and a sheet are asked of compute with. */
type Shared =
  & Required<Pick<PaintJob, "source" | "name" | "contentKey">>
  & Pick<PaintJob, "limits" | "geometry" | "model" | "output">;

/**
 * @param request One picture or a sheet.
 * @param used Its content, the version of its model, and what of a source is allowed.
 * @returns What jobs of both kinds say of the content and of the result.
 */
export function sharedOf(
  { source, geometry, model, output }: PictureRequest | SheetRequest,
  { content, version, limits }: Pick<PaintJob, "limits"> & {
    readonly content: StoredSource;
    readonly version: string;
  },
): Shared {
  return {
    source: content.bytes,
    name: namedContent(source).name,
    contentKey: digest([content.version, geometry, version]),
    limits,
    geometry,
    model,
    output,
  };
}
