import type { SheetRequest } from "../lib/pictures/mod.ts";
import { RequestError } from "./errors.ts";
import { SHEET_FIELDS, SHEET_SCHEMA } from "./fields.ts";
import {
  type Presentation,
  type QueryContext,
  readCommon,
  readFields,
  readPresentation,
  readSource,
} from "./picture_query.ts";

/** Width of a cell where nothing is asked, in CSS pixels. */
const CELL_WIDTH = 256;

/**
 * Reads the query of `/v1/sheet`.
 *
 * @param query The query's pairs.
 * @param context Settings, presets and negotiated format.
 * @returns The canonical request.
 * @throws {RequestError} Naming the parameter and what is allowed.
 */
export function parseSheetQuery(
  query: Iterable<readonly [string, string]>,
  context: QueryContext,
): { request: SheetRequest; presentation: Presentation } {
  const fields = readFields(query, { fields: SHEET_FIELDS, schema: SHEET_SCHEMA, context });
  const { styles } = fields;
  const columns = Math.min(fields.columns ?? Math.ceil(Math.sqrt(styles.length)), styles.length);
  const rows = Math.ceil(styles.length / columns);
  const { MAX_PLAIN_SIDE, MAX_SIDE } = context.config;
  // All cells together are bounded as one plain picture is.
  const maxSide = Math.min(MAX_SIDE, Math.floor(MAX_PLAIN_SIDE / Math.max(columns, rows)));
  const sized = fields.w === undefined && fields.h === undefined
    ? { ...fields, w: CELL_WIDTH }
    : fields;
  if (maxSide < 16) {
    throw new RequestError(
      "invalid_parameter",
      `Cannot use columns=${columns}: cells are too small`,
    );
  }
  const request = {
    source: readSource(fields.url, context.body),
    styles,
    columns,
    ...readCommon(sized, context, maxSide),
  };
  return { request, presentation: readPresentation(fields) };
}
