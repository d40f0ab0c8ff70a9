import { type BlendStyle, writeStyle } from "./blend.ts";

/** How the picture fills the asked box. */
export type Fit = "inside" | "outside" | "cover" | "contain" | "fill";

/** A side or corner that is kept when the picture is cut. */
export type GravityName =
  | "center"
  | "top"
  | "bottom"
  | "left"
  | "right"
  | "top-left"
  | "top-right"
  | "bottom-left"
  | "bottom-right"
  | "attention";

/** What is kept when the picture is cut; a point is a share of width and height, 0..1 from top left. */
export type Gravity = GravityName | { readonly x: number; readonly y: number };

/** A picture's format; `auto` is chosen by the browser's `Accept`. */
export type Format = "auto" | "avif" | "webp" | "jpeg" | "png" | "gif";

/** How long an answer may be kept: `90s`, `10m`, `1h`, `30d`. */
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;

/** An absolute http(s) URL. */
export type Address = string | URL;

/** What every picture may have; an absent parameter has the service's default. */
export interface PictureParameters {
  /** URL of the content picture. */
  readonly url: Address;
  /** Content–style trade-off, 0..1. Default 1: all style. */
  readonly alpha?: number | undefined;
  /** Whose colours the result has. Default `style`. */
  readonly color?: "style" | "content" | undefined;
  /** Width in CSS pixels, from 1. */
  readonly w?: number | undefined;
  /** Height in CSS pixels, from 1. */
  readonly h?: number | undefined;
  /** How the picture fills the box. Default `inside`, which never enlarges. */
  readonly fit?: Fit | undefined;
  /** What is kept when the picture is cut. Default `center`. */
  readonly g?: Gravity | undefined;
  /** Device pixels per CSS pixel, 1..4. Default 1. */
  readonly dpr?: number | undefined;
  /** Background as hexadecimal RGB: `fff` or `ffffff`, with or without `#`. */
  readonly bg?: string | undefined;
  /** Format. Default `auto`. */
  readonly fm?: Format | undefined;
  /** Quality, 1..100. Default: per format. */
  readonly q?: number | undefined;
  /** An installed model. Default: the server's. */
  readonly model?: string | undefined;
  /** A named set of parameters on the server; the others override it. */
  readonly preset?: string | undefined;
  /** How long the answer may be kept. Default: the server's. */
  readonly maxage?: Duration | undefined;
  /** What comes instead of a failed picture: an error, the original, or a redirect to a URL. */
  readonly onerror?: "error" | "original" | URL | `http${string}` | undefined;
  /** The name under which the picture is saved. */
  readonly filename?: string | undefined;
  /** Whether browsers save the picture instead of showing it. Default false. */
  readonly download?: boolean | undefined;
}

/** Parameters of a picture in a style or a blend of styles. */
export interface StyleParameters {
  /** A style's id, `none` for a plain thumbnail, or a blend. */
  readonly style?: BlendStyle | undefined;
  /** URL of any picture that serves as the style; not together with `style`. */
  readonly styleUrl?: Address | undefined;
  /** URLs of grey masks, one per style in the styles' order; the last may be left out. */
  readonly mask?: Address | readonly Address[] | undefined;
  /** Frames of an animation: the first, or all. Default 1. */
  readonly frames?: 1 | "all" | undefined;
}

/** Everything that any of the routes takes. */
export interface AllParameters extends PictureParameters, StyleParameters {
  /** Styles of a sheet, by id, in their order. */
  readonly styles?: readonly string[] | undefined;
}

type Name = keyof AllParameters;
type Writer<T> = (value: T, all: AllParameters) => string | readonly string[] | undefined;

/** How each parameter's value is written; this table is also the list of what is known. */
const WRITERS: { readonly [K in Name]-?: Writer<NonNullable<AllParameters[K]>> } = {
  url: String,
  style: (value, { mask }) => writeStyle(value, { ordered: mask !== undefined }),
  styles: (value) => value.join(","),
  styleUrl: String,
  mask: (value) => value instanceof Array ? value.map(String) : String(value),
  alpha: (value) => decimal("alpha", value, { least: 0, most: 1 }),
  color: String,
  w: (value) => whole("w", value),
  h: (value) => whole("h", value),
  fit: String,
  g: (value) => typeof value === "string" ? value : `${share("x", value.x)},${share("y", value.y)}`,
  dpr: (value) => decimal("dpr", value, { least: 1, most: 4 }),
  bg: (value) => value.replace(/^#/, "").toLowerCase(),
  fm: String,
  q: (value) => whole("q", value, 100),
  frames: String,
  model: String,
  preset: String,
  maxage: String,
  onerror: String,
  filename: String,
  download: (value) => value ? "1" : undefined,
};

/**
 * Writes typed parameters as the pairs of a query.
 *
 * @param parameters The parameters; those that are undefined are left out.
 * @returns The pairs in no special order.
 * @throws {RangeError} If a number is outside its range.
 * @throws {TypeError} If a parameter is unknown or a blend cannot be used.
 */
export function writeParameters(parameters: AllParameters): [string, string][] {
  return Object.keys(parameters).flatMap((key) => {
    if (!isName(key)) {
      throw new TypeError(
        `Unknown parameter "${key}": allowed are ${Object.keys(WRITERS).join(", ")}`,
      );
    }
    const texts = write(key, parameters) ?? [];
    const name = key === "styleUrl" ? "style_url" : key;
    return [texts].flat().map((text): [string, string] => [name, text]);
  });
}

function write(key: Name, all: AllParameters): ReturnType<Writer<unknown>> {
  const value = all[key];
  // WRITERS pairs each key with a writer of that key's own values, which TypeScript cannot follow.
  const writer = WRITERS[key] as Writer<unknown>;
  return value === undefined ? undefined : writer(value, all);
}

function isName(key: string): key is Name {
  return Object.hasOwn(WRITERS, key);
}

function share(name: string, value: number): string {
  return decimal(`g.${name}`, value, { least: 0, most: 1 });
}

/** The service reads six decimals and no exponent. */
function decimal(name: string, value: number, range: { least: number; most: number }): string {
  const { least, most } = range;
  if (value >= least && value <= most) return String(Number(value.toFixed(6)));
  throw new RangeError(
    `Cannot use ${name}: it must be a number from ${least} to ${most}, received ${value}`,
  );
}

function whole(name: string, value: number, most = 4096): string {
  if (Number.isInteger(value) && value >= 1 && value <= most) return String(value);
  throw new RangeError(
    `Cannot use ${name}: it must be a whole number from 1 to ${most}, received ${value}`,
  );
}
