import { writeStyle } from "./blend.ts";
import type {
  InfoParameters,
  PictureParameters,
  SheetParameters,
  StyleParameters,
} from "./parameters.ts";
import {
  address,
  choice,
  decimal,
  duration,
  FITS,
  flag,
  form,
  FORMATS,
  gravity,
  ids,
  whole,
} from "./values.ts";

/** Writes a value of the parameter of that name; `all` are those that are given with it. */
type Writer<T> = (
  value: T,
  name: string,
  all: Pick<StyleParameters, "mask">,
) => string | readonly string[] | undefined;

/** How each parameter's value is written; such a table is also the list of what is known. */
export type Writers<T> = { readonly [K in keyof T]-?: Writer<NonNullable<T[K]>> };

const picture = address(["/sample.jpg"]);

const colour = form(
  /^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i,
  "a colour in hexadecimal, such as fff or 336699",
);

const PICTURE: Writers<PictureParameters> = {
  url: picture,
  alpha: decimal(0, 1),
  color: choice(["style", "content"]),
  w: whole(16_383),
  h: whole(16_383),
  fit: choice(FITS),
  g: gravity,
  dpr: decimal(1, 4),
  bg: (value, name) => colour(value, name).replace(/^#/, "").toLowerCase(),
  fm: choice(FORMATS),
  q: whole(100),
  model: form(/^[\w-]{1,64}$/, "the name of a model"),
  preset: form(/^[a-z0-9-]{1,64}$/, "the name of a preset"),
  maxage: duration,
  filename: form(
    /^[^\p{Cc}/\\]{1,150}$/u,
    "a text of 1 to 150 characters, without /, \\ and control characters",
  ),
  download: flag,
};

/** The parameters of `/v1/stylize`. */
export const STYLED: Writers<PictureParameters & StyleParameters> = {
  ...PICTURE,
  style: (value, _name, { mask }) => writeStyle(value, { ordered: mask !== undefined }),
  styleUrl: picture,
  mask: (value, name) =>
    value instanceof Array ? value.map((one) => picture(one, name)) : picture(value, name),
  frames: (value, name) => choice(["1", "all"])(value === 1 ? "1" : value, name),
  onerror: address(["error", "original"]),
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
 * @throws {TypeError} If a parameter is unknown, or its value is of a wrong type, not of the list or
 * form that the service takes, or a blend that cannot be used.
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
