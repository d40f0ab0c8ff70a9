import type { PictureRequest, PictureSource, StyleChoice } from "../lib/pictures/mod.ts";
import { parseSourceUrl, SourceError, type SourcePolicy } from "../lib/source/mod.ts";
import { readBlend } from "./blend.ts";
import { RequestError } from "./errors.ts";
import { STYLIZE_FIELDS, STYLIZE_SCHEMA, type StylizeFields } from "./fields.ts";
import {
  type Presentation,
  type QueryContext,
  readCommon,
  readFields,
  readPresentation,
  readSource,
  sourceAt,
} from "./picture_query.ts";

/** What comes instead of a picture that fails: the problem, the plain picture, or another URL. */
export type OnError = "error" | "original" | { readonly url: string };

/** A query that was understood. */
export interface StylizeQuery {
  /** The picture that is asked for. */
  readonly request: PictureRequest;
  /** What is asked of the answer besides. */
  readonly presentation: Presentation;
  /** What comes instead of a picture that fails. */
  readonly onError: OnError;
}

/** Pictures of a multipart body, besides the content. */
export interface UploadedParts {
  /** The style. */
  readonly style?: Uint8Array<ArrayBuffer>;
  /** The masks. */
  readonly masks: readonly Uint8Array<ArrayBuffer>[];
}

/** Frames fit these formats only. */
const ANIMATED = new Set(["auto", "gif", "webp"]);

/**
 * Reads the query of `/v1/stylize`.
 *
 * @param query The query's pairs.
 * @param context Settings, presets, negotiated format and body.
 * @param parts Further pictures of the body.
 * @returns The canonical request.
 * @throws {RequestError} Naming the parameter and what is allowed.
 */
export function parseStylizeQuery(
  query: Iterable<readonly [string, string]>,
  context: QueryContext,
  parts: UploadedParts = { masks: [] },
): StylizeQuery {
  const urls: string[] = [];
  const fields = readFields(query, {
    fields: STYLIZE_FIELDS,
    schema: STYLIZE_SCHEMA,
    context,
    repeatable: { name: "mask", values: urls },
    parts: [...(parts.style ? ["style_image"] : []), ...parts.masks.map(() => "mask")],
  });
  const masks = [...urls.map(sourceAt), ...parts.masks.map((bytes) => ({ bytes }))];
  return {
    request: readRequest(fields, { context, masks, style: parts.style }),
    presentation: readPresentation(fields),
    onError: readOnError(context.sourcePolicy, fields.onerror),
  };
}

/**
 * @param fields The parameters.
 * @param given What else is given: the server's part, the masks, and the style of a body.
 * @returns The picture that they ask for.
 * @throws {RequestError} Naming the parameter and what is allowed.
 */
export function readRequest(
  fields: StylizeFields,
  given: {
    readonly context: QueryContext;
    readonly masks: readonly PictureSource[];
    readonly style?: Uint8Array<ArrayBuffer> | undefined;
  },
): PictureRequest {
  const { context, masks } = given;
  const source = readSource(fields.url, context.body);
  const style = readStyle(fields, { ordered: masks.length > 0, picture: given.style });
  assertMasks(masks, style);
  const { MAX_PLAIN_SIDE, MAX_SIDE } = context.config;
  const common = readCommon(fields, context, style.kind === "none" ? MAX_PLAIN_SIDE : MAX_SIDE);
  const request = { source, style, masks, ...common };
  return fields.frames === "all" ? animated(request, fields) : request;
}

function readStyle(
  { style, style_url: url }: StylizeFields,
  context: { readonly ordered: boolean; readonly picture: Uint8Array<ArrayBuffer> | undefined },
): StyleChoice {
  const { ordered, picture } = context;
  const given = [style, url, picture].filter((value) => value !== undefined);
  if (given.length > 1) {
    throw new RequestError(
      "invalid_parameter",
      "Cannot use more than one of style, style_url and style_image",
    );
  }
  if (picture) return { kind: "picture", source: { bytes: picture } };
  if (url !== undefined) return { kind: "picture", source: sourceAt(url) };
  if (style !== undefined) return readBlend(style, ordered);
  throw new RequestError(
    "invalid_parameter",
    "The parameter style is missing: give the id of a style (see /v1/styles), a blend such as " +
      "a:0.6,b:0.4, none, or style_url",
  );
}

function assertMasks(masks: readonly PictureSource[], style: StyleChoice): void {
  if (masks.length === 0) return;
  const styles = style.kind === "catalog" ? style.styles.length : 0;
  if (styles >= 2 && (masks.length === styles || masks.length === styles - 1)) return;
  throw new RequestError(
    "invalid_parameter",
    `Cannot use ${masks.length} mask(s) with ${styles} styles of the catalog: with K styles give ` +
      "K or K-1 masks, K at least 2",
  );
}

function animated(request: PictureRequest, { fm = "auto" }: StylizeFields): PictureRequest {
  if (!ANIMATED.has(fm)) {
    throw new RequestError(
      "invalid_parameter",
      `Cannot use frames=all with fm=${fm}: it must be one of ${[...ANIMATED].join(", ")}`,
    );
  }
  return { ...request, output: { ...request.output, animated: true } };
}

function readOnError(policy: SourcePolicy, text = "error"): OnError {
  if (text === "error" || text === "original") return text;
  try {
    return { url: parseSourceUrl(text, policy).href };
  } catch (cause) {
    if (!(cause instanceof SourceError)) throw cause;
    throw new RequestError(
      "invalid_parameter",
      `Cannot use onerror=${text.slice(0, 80)}: it must be error, original, or an absolute ` +
        "http(s) URL of a host that sources may come from",
      {},
      { cause },
    );
  }
}
