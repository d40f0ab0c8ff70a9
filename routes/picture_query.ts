import type * as z from "zod";
import type { Config } from "../lib/config.ts";
import type { Gravity } from "../lib/image/mod.ts";
import { type PictureRequest, type PictureSource, SAMPLE } from "../lib/pictures/mod.ts";
import type { SourcePolicy } from "../lib/source/mod.ts";
import type { AutoFormat } from "../lib/compute/mod.ts";
import { RequestError } from "./errors.ts";
import { type Fields, GRAVITIES, type PictureFields, roundNumber } from "./fields.ts";
import { readParameters } from "./parameters.ts";
import { applyPreset, type Presets } from "./presets.ts";

/** What the server adds to a query. */
export interface QueryContext {
  /** The settings. */
  readonly config: Config;
  /** Named sets of parameters. */
  readonly presets: Presets;
  /** What may be fetched, and redirected to. */
  readonly sourcePolicy: SourcePolicy;
  /** What `fm=auto` means for this client. */
  readonly autoFormat: AutoFormat;
  /** The picture in the body; absent: the query must have `url`. */
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** What a query says of the answer besides its pixels. */
export interface Presentation {
  /** Whether the format depends on the client's `Accept`. */
  readonly negotiated: boolean;
  /** Seconds that the picture may be kept; absent: the server's. */
  readonly maxAge?: number;
  /** End of the URL's life, in unix seconds. */
  readonly expires?: number;
  /** Name under which it is saved, without an extension of its own. */
  readonly filename?: string;
  /** Whether browsers save it instead of showing it. */
  readonly download: boolean;
}

/**
 * Reads a query by its schemas.
 *
 * @param query The query's pairs.
 * @param options Schemas, presets, and the parameter that may be repeated.
 * @returns The values.
 * @throws {RequestError} Naming the parameter and what is allowed.
 */
export function readFields<T>(
  query: Iterable<readonly [string, string]>,
  options: {
    readonly fields: Fields;
    readonly schema: z.ZodType<T>;
    readonly context: Pick<QueryContext, "config" | "presets">;
    readonly repeatable?: { readonly name: string; readonly values: string[] };
    /** Names of the pictures in the body, besides the content. */
    readonly parts?: readonly string[];
  },
): T {
  const { fields, schema, context, repeatable, parts = [] } = options;
  const given = readParameters(query, Object.keys(fields), repeatable);
  const more = [...parts, ...repeatable?.values.map(() => repeatable.name) ?? []];
  return readTexts(applyPreset(given, more, context), schema);
}

/**
 * Reads the texts of parameters.
 *
 * @param texts One text per parameter.
 * @param schema What is allowed.
 * @returns The values.
 * @throws {RequestError} Naming the parameter and what is allowed.
 */
export function readTexts<T>(texts: Readonly<Record<string, string>>, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(texts);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? "");
  const value = texts[name];
  if (value === undefined) {
    throw new RequestError("invalid_parameter", `The parameter ${name} is missing`);
  }
  const text = issue?.code === "invalid_value"
    ? `must be one of ${issue.values.join(", ")}`
    : issue?.message ?? "is not allowed";
  throw new RequestError(
    "invalid_parameter",
    `Cannot use ${name}=${value.slice(0, 80)}: it ${text}`,
  );
}

/**
 * @param url The parameter `url`.
 * @param body The picture in the body.
 * @returns Where the content is.
 * @throws {RequestError} If both or none are given.
 */
export function readSource(
  url: string | undefined,
  body: Uint8Array<ArrayBuffer> | undefined,
): PictureSource {
  if (body && url !== undefined) {
    throw new RequestError("invalid_parameter", "Cannot use url with a picture in the body");
  }
  if (body) return { bytes: body };
  if (url !== undefined) return sourceAt(url);
  throw new RequestError(
    "invalid_parameter",
    "The parameter url is missing: give the absolute http(s) URL of a picture",
  );
}

/**
 * @param url A URL of a picture.
 * @returns Where the picture is; one place, however its URL is spelled.
 */
export function sourceAt(url: string): PictureSource {
  return url === SAMPLE ? { sample: true } : { url: placeOf(url) };
}

/**
 * @param url A URL.
 * @returns What names the same place for all its spellings: normalised, without the fragment, which
 * servers never see. A text that is no URL stays as it is.
 */
export function placeOf(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return url;
  parsed.hash = "";
  return parsed.href;
}

/**
 * @param fields The parameters.
 * @param context Settings and negotiated format.
 * @param maxSide The longest side that may be computed, in pixels.
 * @returns The parts of a request that all kinds of pictures share.
 */
export function readCommon(
  fields: PictureFields,
  { config, autoFormat }: QueryContext,
  maxSide: number,
): Pick<PictureRequest, "alpha" | "colour" | "geometry" | "model" | "output"> {
  const format = fields.fm === "jpg" ? "jpeg" : fields.fm ?? "auto";
  return {
    alpha: fields.alpha ?? 1,
    colour: fields.color ?? "style",
    geometry: {
      ...(fields.w === undefined ? {} : { width: fields.w }),
      ...(fields.h === undefined ? {} : { height: fields.h }),
      fit: fields.fit ?? "inside",
      gravity: readGravity(fields.g),
      dpr: fields.dpr ?? 1,
      enlarge: fields.fit !== undefined && fields.fit !== "inside",
      maxSide,
    },
    model: fields.model ?? config.MODEL,
    output: {
      format: format === "auto" ? autoFormat : format,
      ...(fields.q === undefined ? {} : { quality: fields.q }),
      ...(fields.bg === undefined ? {} : { background: readColour(fields.bg) }),
    },
  };
}

/**
 * @param fields The parameters.
 * @returns What they say of the answer besides its pixels.
 */
export function readPresentation(fields: PictureFields): Presentation {
  return {
    negotiated: (fields.fm ?? "auto") === "auto",
    download: fields.download === "1",
    ...(fields.maxage === undefined ? {} : { maxAge: fields.maxage }),
    ...(fields.expires === undefined ? {} : { expires: fields.expires }),
    ...(fields.filename === undefined ? {} : { filename: fields.filename }),
  };
}

/** The schema let only names and points through. */
function readGravity(text = "center"): Gravity {
  if (text === "attention") return text;
  const [x = 0.5, y = 0.5] = GRAVITIES[text] ??
    text.split(",").map((share) => roundNumber(Number(share)));
  return { x, y };
}

function readColour(text: string): readonly [number, number, number] {
  const digits = text.replace("#", "");
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const channel = (at: number): number => parseInt(full.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4)];
}
