import type { PictureRequest } from "../lib/pictures/mod.ts";
import { type Fields, STYLIZE_FIELDS, STYLIZE_SCHEMA } from "./fields.ts";
import {
  type Presentation,
  type QueryContext,
  readFields,
  readPresentation,
  sourceAt,
} from "./picture_query.ts";
import { readRequest } from "./stylize_query.ts";

/** A query of facts that was understood. */
export interface InfoQuery {
  /** The picture that is asked about; without a style, its source is. */
  readonly request: PictureRequest;
  /** What is asked of the answer besides. */
  readonly presentation: Presentation;
  /** Whether a style is given. */
  readonly isStyled: boolean;
}

const { download: _download, filename: _filename, onerror: _onerror, ...FIELDS } = STYLIZE_FIELDS;

/** The parameters of `/v1/info`: facts have no substitute and are no file. */
export const INFO_FIELDS: Fields = FIELDS;

/** With these a picture is painted or cut, and presets may be all that is allowed. */
const PAINTING = ["style", "style_url", "preset"];

/**
 * Reads the query of `/v1/info`.
 *
 * @param query The query's pairs.
 * @param context Settings, presets and negotiated format.
 * @returns The canonical request.
 * @throws {RequestError} Naming the parameter and what is allowed.
 */
export function parseInfoQuery(query: URLSearchParams, context: QueryContext): InfoQuery {
  const isFree = !PAINTING.some((name) => query.has(name));
  const urls: string[] = [];
  const fields = readFields(query, {
    fields: INFO_FIELDS,
    schema: STYLIZE_SCHEMA,
    context: isFree ? { ...context, config: { ...context.config, PRESETS_ONLY: false } } : context,
    repeatable: { name: "mask", values: urls },
  });
  const isStyled = fields.style !== undefined || fields.style_url !== undefined;
  // Of the source itself no style is asked; a picture has one.
  const whole = isStyled ? fields : { ...fields, style: "none" };
  return {
    request: readRequest(whole, { context, masks: urls.map(sourceAt) }),
    presentation: readPresentation(fields),
    isStyled,
  };
}
