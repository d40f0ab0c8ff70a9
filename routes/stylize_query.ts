import * as z from "zod";
import { AdainError, normaliseWeights } from "../lib/adain/mod.ts";
import { STYLE_ID } from "../lib/catalog/mod.ts";
import type { Config } from "../lib/config.ts";
import type { Gravity } from "../lib/image/mod.ts";
import type { PictureRequest, PictureSource, StyleChoice } from "../lib/pictures/mod.ts";
import { RequestError } from "./errors.ts";
import { readParameters } from "./parameters.ts";

/** Plain decimal numbers only: no exponents, no signs, no spaces, no NaN. */
const DECIMAL = /^\d{1,5}(?:\.\d{1,6})?$/;

/** The one source without a host: the picture that ships with the service. */
const SAMPLE = "/sample.jpg";

/** CSS pixels of a side; what may be computed is bounded by the server's settings. */
const MAX_CSS_SIDE = 4096;

function decimal(least: number, most: number): z.ZodType<number, string> {
  const text = `must be a number from ${least} to ${most}`;
  return z.string().regex(DECIMAL, text).transform(Number)
    .pipe(z.number(text).min(least, text).max(most, text));
}

function whole(least: number, most: number): z.ZodType<number, string> {
  const text = `must be a whole number from ${least} to ${most}`;
  return z.string().regex(/^\d{1,6}$/, text).transform(Number)
    .pipe(z.number(text).min(least, text).max(most, text));
}

const GRAVITIES: Readonly<Record<string, Gravity>> = {
  center: { x: 0.5, y: 0.5 },
  top: { x: 0.5, y: 0 },
  bottom: { x: 0.5, y: 1 },
  left: { x: 0, y: 0.5 },
  right: { x: 1, y: 0.5 },
  "top-left": { x: 0, y: 0 },
  "top-right": { x: 1, y: 0 },
  "bottom-left": { x: 0, y: 1 },
  "bottom-right": { x: 1, y: 1 },
  attention: "attention",
};

/** The formats that `fm` takes. */
const FORMATS = ["auto", "avif", "webp", "jpeg", "png"] as const;

/** The parameters of a picture; the same schema validates and documents them. */
const FIELDS = {
  url: z.string().optional(),
  style: z.string().optional(),
  style_url: z.string().optional(),
  alpha: decimal(0, 1).optional(),
  color: z.enum(["style", "content"]).optional(),
  w: whole(1, MAX_CSS_SIDE).optional(),
  h: whole(1, MAX_CSS_SIDE).optional(),
  fit: z.enum(["inside", "outside", "cover", "contain", "fill"]).optional(),
  g: z.string().optional(),
  dpr: decimal(1, 4).optional(),
  fm: z.enum(FORMATS).or(z.literal("jpg")).optional(),
  q: whole(1, 100).optional(),
  model: z.string().regex(/^[\w-]{1,64}$/, "must be the name of an installed model").optional(),
};

const SCHEMA = z.object(FIELDS);

type Fields = z.infer<typeof SCHEMA>;

/** What the server adds to a query. */
export interface QueryContext {
  /** The settings. */
  readonly config: Config;
  /** The format that `fm=auto` means for this client; `auto`: JPEG, or PNG where it is transparent. */
  readonly autoFormat: "auto" | "webp" | "avif";
  /** The picture in the body; absent: the query must have `url`. */
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** A query that was understood. */
export interface StylizeQuery {
  /** The picture that is asked for. */
  readonly request: PictureRequest;
  /** Whether the format depends on the client's `Accept`. */
  readonly negotiated: boolean;
}

/**
 * Reads the query of `/v1/stylize`.
 *
 * @param query The query's pairs.
 * @param context Settings, negotiated format and body.
 * @returns The canonical request.
 * @throws {RequestError} Naming the parameter and what is allowed.
 */
export function parseStylizeQuery(
  query: Iterable<readonly [string, string]>,
  context: QueryContext,
): StylizeQuery {
  const texts = readParameters(query, Object.keys(FIELDS));
  const parsed = SCHEMA.safeParse(texts);
  if (!parsed.success) throw invalid(parsed.error, texts);
  const fields = parsed.data;
  const source = readSource(fields, context.body);
  const style = readStyle(fields);
  const { config } = context;
  const format = fields.fm === "jpg" ? "jpeg" : fields.fm ?? "auto";
  const request: PictureRequest = {
    source,
    style,
    alpha: fields.alpha ?? 1,
    colour: fields.color ?? "style",
    geometry: readGeometry(fields, style.kind === "none" ? config.MAX_PLAIN_SIDE : config.MAX_SIDE),
    model: fields.model ?? config.MODEL,
    output: {
      format: format === "auto" ? context.autoFormat : format,
      ...(fields.q === undefined ? {} : { quality: fields.q }),
    },
  };
  return { request, negotiated: format === "auto" };
}

function invalid(error: z.ZodError, texts: Readonly<Record<string, string>>): RequestError {
  const issue = error.issues[0];
  const name = String(issue?.path[0] ?? "");
  const value = (texts[name] ?? "").slice(0, 80);
  const text = issue?.code === "invalid_value"
    ? `must be one of ${issue.values.join(", ")}`
    : issue?.code === "invalid_union"
    ? `must be one of ${FORMATS.join(", ")}`
    : issue?.message ?? "is not allowed";
  return new RequestError("invalid_parameter", `Cannot use ${name}=${value}: it ${text}`);
}

function readSource(fields: Fields, body: Uint8Array<ArrayBuffer> | undefined): PictureSource {
  if (body && fields.url !== undefined) {
    throw new RequestError("invalid_parameter", "Cannot use url with a picture in the body");
  }
  if (body) return { bytes: body };
  if (fields.url !== undefined) {
    return fields.url === SAMPLE ? { sample: true } : { url: fields.url };
  }
  throw new RequestError(
    "invalid_parameter",
    "The parameter url is missing: give the absolute http(s) URL of a picture",
  );
}

function readStyle(fields: Fields): StyleChoice {
  const { style, style_url: url } = fields;
  if (style !== undefined && url !== undefined) {
    throw new RequestError("invalid_parameter", "Cannot use style and style_url together");
  }
  if (url !== undefined) return { kind: "picture", source: { url } };
  if (style === undefined) {
    throw new RequestError(
      "invalid_parameter",
      "The parameter style is missing: give the id of a style (see /v1/styles), a blend such as " +
        "a:0.6,b:0.4, none, or style_url",
    );
  }
  return style === "none" ? { kind: "none" } : readBlend(style);
}

/** Equal styles are joined and the order does not matter, so that equal blends are equal values. */
function readBlend(text: string): StyleChoice {
  const weights = new Map<string, number>();
  const parts = text.split(",");
  const values = parts.map((part) => {
    const [id = "", weight = "1", ...rest] = part.split(":");
    if (!STYLE_ID.test(id) || !DECIMAL.test(weight) || rest.length > 0) {
      throw new RequestError(
        "invalid_parameter",
        `Cannot use style=${text.slice(0, 80)}: it must be an id, or id:weight,id:weight,… ` +
          "with weights of at least 0",
      );
    }
    return [id, Number(weight)] as const;
  });
  try {
    normaliseWeights(values.map(([, weight]) => weight)).forEach((weight, k) => {
      const id = values[k]?.[0] ?? "";
      weights.set(id, (weights.get(id) ?? 0) + weight);
    });
  } catch (error) {
    if (!(error instanceof AdainError)) throw error;
    throw new RequestError(
      "invalid_parameter",
      `Cannot use style=${text.slice(0, 80)}: ${error.message}`,
    );
  }
  const styles = [...weights].filter(([, weight]) => weight > 0)
    .map(([id, weight]) => ({ id, weight }))
    .sort((a, b) => a.id < b.id ? -1 : 1);
  return { kind: "catalog", styles };
}

function readGeometry(fields: Fields, maxSide: number): PictureRequest["geometry"] {
  return {
    ...(fields.w === undefined ? {} : { width: fields.w }),
    ...(fields.h === undefined ? {} : { height: fields.h }),
    fit: fields.fit ?? "inside",
    gravity: readGravity(fields.g),
    dpr: fields.dpr ?? 1,
    enlarge: fields.fit !== undefined && fields.fit !== "inside",
    maxSide,
  };
}

function readGravity(text: string | undefined): Gravity {
  if (text === undefined) return { x: 0.5, y: 0.5 };
  const named = Object.hasOwn(GRAVITIES, text) ? GRAVITIES[text] : undefined;
  if (named) return named;
  const point = /^(0(?:\.\d{1,6})?|1(?:\.0{1,6})?),(0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/.exec(text);
  if (point) return { x: Number(point[1]), y: Number(point[2]) };
  throw new RequestError(
    "invalid_parameter",
    `Cannot use g=${text.slice(0, 80)}: it must be one of ${Object.keys(GRAVITIES).join(", ")}, ` +
      "or a focal point x,y with both from 0 to 1",
  );
}
