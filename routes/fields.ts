import * as z from "zod";
import { STYLE_ID } from "../lib/catalog/mod.ts";

/** Plain decimal numbers only: no exponents, no signs, no spaces, no NaN. */
export const DECIMAL: RegExp = /^(?:\d{1,5}(?:\.\d+)?|\.\d+)$/;

/** CSS pixels of a side: the most that MAX_SIDE may be; a server's own bounds what it computes. */
const MAX_CSS_SIDE = 16_383;

/** Seconds that a client may ask a picture to be kept: a minute to a year. */
const MAX_AGE = { least: 60, most: 365 * 24 * 3600 };

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600 };

/** Named parts that stay visible where a picture is cut, as focal points. */
export const GRAVITIES: Readonly<Record<string, readonly [x: number, y: number]>> = {
  center: [0.5, 0.5],
  top: [0.5, 0],
  bottom: [0.5, 1],
  left: [0, 0.5],
  right: [1, 0.5],
  "top-left": [0, 0],
  "top-right": [1, 0],
  "bottom-left": [0, 1],
  "bottom-right": [1, 1],
};

/** The formats that `fm` takes; `jpg` is another name of `jpeg`. */
const FORMATS = ["auto", "avif", "webp", "jpeg", "jpg", "png", "gif"] as const;

const POINT = /^(?:0|0?\.\d+|1(?:\.0+)?),(?:0|0?\.\d+|1(?:\.0+)?)$/;

type Field<T> = z.ZodType<T, string>;

/**
 * Rounds what a query says, so that a number is one however many decimals it is written with.
 *
 * @param value A number.
 * @returns The number with up to six decimals, as `lib/client` writes it.
 */
export function roundNumber(value: number): number {
  return Number(value.toFixed(6));
}

function decimal(least: number, most: number, documented: z.GlobalMeta): Field<number> {
  const text = `must be a decimal number from ${least} to ${most}`;
  const range = { type: "number", minimum: least, maximum: most } as const;
  return z.string().regex(DECIMAL, text).transform(Number)
    .pipe(z.number(text).min(least, text).max(most, text)).transform(roundNumber)
    .meta({ ...documented, schema: range });
}

function whole(least: number, most: number, documented: z.GlobalMeta): Field<number> {
  const text = `must be a whole number from ${least} to ${most}`;
  const range = { type: "integer", minimum: least, maximum: most } as const;
  return z.string().regex(/^\d{1,6}$/, text).transform(Number)
    .pipe(z.number(text).min(least, text).max(most, text)).meta({ ...documented, schema: range });
}

function address(documented: z.GlobalMeta): Field<string> {
  const schema = { type: "string", format: "uri-reference", maxLength: 2048 } as const;
  return z.string().meta({ ...documented, schema });
}

function gravity(): Field<string> {
  const names = [...Object.keys(GRAVITIES), "attention"];
  const text = `must be one of ${names.join(", ")}, or a focal point x,y with both from 0 to 1`;
  return z.string().refine((value) => names.includes(value) || POINT.test(value), text).meta({
    description: "What stays visible where the picture is cut, such as top or 0.5,0.3",
    schema: { anyOf: [{ enum: names }, { type: "string", pattern: POINT.source }] },
  });
}

function duration(): Field<number> {
  const text = "must be a duration from 60s to 365d, such as 90s, 10m, 1h or 30d";
  const pattern = /^[1-9]\d{0,8}[smhd]$/;
  return z.string().regex(pattern, text)
    .transform((value) => Number(value.slice(0, -1)) * (UNITS[value.slice(-1)] ?? 0))
    .pipe(z.number().min(MAX_AGE.least, text).max(MAX_AGE.most, text))
    .meta({
      description:
        "How long the picture is fresh, such as 1h; caches may show it for longer while they renew it",
      schema: { type: "string", pattern: pattern.source },
    });
}

const COLOUR = /^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/;
const FILENAME = /^[^\p{Cc}/\\]{1,150}$/u;

/** What any picture may have besides its style, as it was read. */
export interface PictureFields {
  readonly url?: string | undefined;
  readonly alpha?: number | undefined;
  readonly color?: "style" | "content" | undefined;
  readonly w?: number | undefined;
  readonly h?: number | undefined;
  readonly fit?: "inside" | "outside" | "cover" | "contain" | "fill" | undefined;
  readonly g?: string | undefined;
  readonly dpr?: number | undefined;
  /** Hexadecimal, 3 or 6 digits. */
  readonly bg?: string | undefined;
  readonly fm?: (typeof FORMATS)[number] | undefined;
  readonly q?: number | undefined;
  readonly model?: string | undefined;
  /** Seconds. */
  readonly maxage?: number | undefined;
  /** Unix seconds. */
  readonly expires?: number | undefined;
  readonly filename?: string | undefined;
  readonly download?: "0" | "1" | undefined;
}

/** The parameters of `/v1/stylize` as they were read. */
export interface StylizeFields extends PictureFields {
  readonly style?: string | undefined;
  readonly style_url?: string | undefined;
  readonly frames?: "1" | "all" | undefined;
  readonly onerror?: string | undefined;
}

/** The parameters of `/v1/sheet` as they were read. */
export interface SheetFields extends PictureFields {
  readonly styles: readonly string[];
  readonly columns?: number | undefined;
}

const SIGNING = {
  expires: z.string().regex(/^\d{1,11}$/, "must be a time in unix seconds").transform(Number).meta({
    description: "End of a signed URL's life, in unix seconds",
    schema: { type: "integer", minimum: 0, maximum: 99_999_999_999 },
  }).optional(),
  kid: z.string().meta({ description: "Name of the key that signed" }).optional(),
  sig: z.string().meta({ description: "Signature over path and query" }).optional(),
};

const PICTURE = {
  url: address({
    description: "The content: absolute http(s) URL of a picture, or /sample.jpg",
    example: "/sample.jpg",
  }).optional(),
  alpha: decimal(0, 1, {
    description: "From the content as the network redraws it (0) to the style (1)",
  }).optional(),
  color: z.enum(["style", "content"]).meta({ description: "Whose colours the result has" })
    .optional(),
  w: whole(1, MAX_CSS_SIDE, { description: "Width in CSS pixels" }).optional(),
  h: whole(1, MAX_CSS_SIDE, { description: "Height in CSS pixels" }).optional(),
  fit: z.enum(["inside", "outside", "cover", "contain", "fill"])
    .meta({ description: "How the picture fits the asked box; inside never enlarges" })
    .optional(),
  g: gravity().optional(),
  dpr: decimal(1, 4, { description: "Device pixels per CSS pixel" }).optional(),
  bg: z.string().regex(COLOUR, "must be a colour in hexadecimal, such as fff or 336699").meta({
    description: "What transparent parts and margins are filled with, such as 336699",
    schema: { type: "string", pattern: COLOUR.source },
  }).optional(),
  fm: z.enum(FORMATS).meta({ description: "Format; auto goes by Accept" }).optional(),
  q: whole(1, 100, { description: "Quality; the default differs by format" }).optional(),
  model: z.string().regex(/^[\w-]{1,64}$/, "must be the name of an installed model").meta({
    description: "An installed model",
    schema: { type: "string", pattern: "^[\\w-]{1,64}$" },
  }).optional(),
  maxage: duration().optional(),
  filename: z.string()
    .regex(FILENAME, "must have 1 to 150 characters, without /, \\ and control characters")
    .meta({
      description: "Name under which the picture is saved",
      schema: { type: "string", pattern: "^[^\\x00-\\x1f\\x7f-\\x9f/\\\\]{1,150}$" },
    }).optional(),
  download: z.enum(["0", "1"]).meta({ description: "1: save instead of show" }).optional(),
  preset: z.string().meta({
    description: "A named set of parameters of the server; others override it",
    schema: { type: "string", pattern: "^[a-z0-9-]{1,64}$" },
  }).optional(),
  ...SIGNING,
};

const STYLIZE = {
  ...PICTURE,
  style: z.string().meta({
    description: "Id of a style, a blend id:weight,id:weight,… of up to 8, or none for a thumbnail",
    example: "oil-strokes:0.6,mosaic:0.4",
  }).optional(),
  style_url: address({ description: "Any picture as the style" }).optional(),
  frames: z.enum(["1", "all"]).meta({ description: "Animated sources: the first frame, or all" })
    .optional(),
  onerror: z.string().meta({
    description: "What comes instead of a picture that fails: error, original, or a URL",
    schema: { anyOf: [{ enum: ["error", "original"] }, { type: "string", format: "uri" }] },
  }).optional(),
};

const SHEET = {
  ...PICTURE,
  styles: z.string().regex(/^[a-z0-9,-]{1,2000}$/, "must be ids of styles with commas between")
    .transform((text) => text.split(","))
    .pipe(
      z.array(z.string().regex(STYLE_ID, "must be ids of styles with commas between"))
        .max(24, "must be up to 24 styles"),
    )
    .meta({
      description: "Ids of up to 24 styles, in the order of the cells",
      example: "mosaic,woodcut",
      schema: { type: "string" },
    }),
  columns: whole(1, 24, { description: "Cells per row; by default as square as can be" })
    .optional(),
};

/** Schemas by the parameters' names; the same schemas validate and document them. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** The parameters that sign a URL. */
export const SIGNING_FIELDS: Fields = SIGNING;

/** Checks the parameters that sign a URL. */
export const SIGNING_SCHEMA: z.ZodType<Pick<PictureFields, "expires">> = z.object(SIGNING);

/** The parameters of `/v1/stylize`. */
export const STYLIZE_FIELDS: Fields = STYLIZE;

/** Reads the parameters of `/v1/stylize`. */
export const STYLIZE_SCHEMA: z.ZodType<StylizeFields> = z.object(STYLIZE);

/** The parameters of `/v1/sheet`. */
export const SHEET_FIELDS: Fields = SHEET;

/** Reads the parameters of `/v1/sheet`. */
export const SHEET_SCHEMA: z.ZodType<SheetFields> = z.object(SHEET);
