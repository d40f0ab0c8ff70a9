import { badValue } from "./bad_value.ts";
import { writeStyle } from "./blend.ts";
import type {
  Gravity,
  InfoParameters,
  PictureParameters,
  SheetParameters,
  StyleParameters,
} from "./parameters.ts";

/** Writes a value of the parameter of that name; `all` are those that are given with it. */
type Writer<T> = (
  value: T,
  name: string,
  all: Pick<StyleParameters, "mask">,
) => string | readonly string[] | undefined;

/** How each parameter's value is written; such a table is also the list of what is known. */
export type Writers<T> = { readonly [K in keyof T]-?: Writer<NonNullable<T[K]>> };

const PICTURE: Writers<PictureParameters> = {
  url: address,
  alpha: decimal(0, 1),
  color: text,
  w: whole(16_383),
  h: whole(16_383),
  fit: text,
  g: gravity,
  dpr: decimal(1, 4),
  bg: (value, name) => text(value, name).replace(/^#/, "").toLowerCase(),
  fm: text,
  q: whole(100),
  model: text,
  preset: text,
  maxage: text,
  filename: text,
  download: flag,
};

/** The parameters of `/v1/stylize`. */
export const STYLED: Writers<PictureParameters & StyleParameters> = {
  ...PICTURE,
  style: (value, _name, { mask }) => writeStyle(value, { ordered: mask !== undefined }),
  styleUrl: address,
  mask: (value, name) =>
    value instanceof Array ? value.map((one) => address(one, name)) : address(value, name),
  frames: (value, name) => value === 1 ? "1" : text(value, name),
  onerror: address,
};

const { download: _download, filename: _filename, onerror: _onerror, ...FACTS } = STYLED;

/** The parameters of `/v1/info`. */
export const INFO: Writers<InfoParameters> = FACTS;

/** The parameters of `/v1/sheet`. */
export const SHEET: Writers<SheetParameters> = { ...PICTURE, styles: ids, columns: whole(24) };

/**
 * Writes typed parameters as the pairs of a query.
 *
 * @param parameters The parameters; those that are undefined are left out.
 * @param writers The parameters that there are.
 * @returns The pairs in no special order.
 * @throws {RangeError} If a number is outside its range.
 * @throws {TypeError} If a parameter is unknown, its value is of a wrong type, or a blend cannot be
 * used.
 */
export function writeParameters<T extends object>(
  parameters: T,
  writers: Writers<T>,
): [string, string][] {
  return Object.entries(parameters).flatMap(([key, value]) => {
    if (!Object.hasOwn(writers, key)) {
      throw new TypeError(
        `Unknown parameter "${key}": allowed are ${Object.keys(writers).join(", ")}`,
      );
    }
    // Writers pair each key with a writer of that key's own values, which TypeScript cannot follow.
    const write = writers[key as keyof T] as Writer<unknown>;
    const texts = value === undefined ? [] : write(value, key, parameters) ?? [];
    const name = key === "styleUrl" ? "style_url" : key;
    return [texts].flat().map((one): [string, string] => [name, one]);
  });
}

function text(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw badValue(name, "a text", value);
}

function address(value: unknown, name: string): string {
  if (typeof value === "string" || value instanceof URL) return String(value);
  throw badValue(name, "a text or a URL", value);
}

function ids(value: unknown, name: string): string {
  if (Array.isArray(value) && value.every((id) => typeof id === "string")) return value.join(",");
  throw badValue(name, "a list of ids", value);
}

function gravity(value: Gravity, name: string): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) {
    throw badValue(name, "the name of a side or corner, or a point { x, y }", value);
  }
  const share = decimal(0, 1);
  return `${share(value.x, `${name}.x`)},${share(value.y, `${name}.y`)}`;
}

function flag(value: unknown, name: string): string | undefined {
  if (typeof value === "boolean") return value ? "1" : undefined;
  throw badValue(name, "true or false", value);
}

/** The service rounds to six decimals and reads no exponent. */
function decimal(least: number, most: number): (value: unknown, name: string) => string {
  return (value, name) => {
    if (typeof value === "number" && value >= least && value <= most) {
      return String(Number(value.toFixed(6)));
    }
    throw badValue(name, `a number from ${least} to ${most}`, value);
  };
}

function whole(most: number): (value: unknown, name: string) => string {
  return (value, name) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) {
      return String(value);
    }
    throw badValue(name, `a whole number from 1 to ${most}`, value);
  };
}
