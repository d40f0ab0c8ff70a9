import { canonicalQuery } from "./canonical.ts";
import { assertObject, badValue } from "./bad_value.ts";
import type {
  Format,
  InfoParameters,
  PictureParameters,
  SheetParameters,
  StyleParameters,
} from "./parameters.ts";
import { INFO, SHEET, STYLED, writeParameters, type Writers } from "./write.ts";

/** The formats that hold all frames of an animation, best first. */
export const ANIMATED_FORMATS: readonly Exclude<Format, "auto">[] = ["webp", "gif"];

/** Parameters of `/v1/stylize`: one of `style`, `styleUrl` and `preset` says what to paint in. */
export type StylizeParameters =
  & PictureParameters
  & StyleParameters
  & (
    | { readonly style: NonNullable<StyleParameters["style"]>; readonly styleUrl?: undefined }
    | { readonly styleUrl: NonNullable<StyleParameters["styleUrl"]>; readonly style?: undefined }
    | { readonly preset: string; readonly style?: undefined; readonly styleUrl?: undefined }
  );

/**
 * The URL of a stylised picture, in canonical form: equal pictures have equal URLs.
 *
 * @param base Where the service is: `https://img.example.org`, or an empty text for a path.
 * @param parameters The picture.
 * @returns The URL, not signed.
 * @throws {RangeError} If a number is outside its range.
 * @throws {TypeError} If the base or a parameter cannot be used.
 *
 * @example A picture 640 CSS pixels wide
 * ```ts
 * import { stylizeUrl } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   stylizeUrl("https://img.example.org", {
 *     url: "https://example.com/cat.jpg",
 *     style: "mosaic",
 *     alpha: 1,
 *     w: 640,
 *   }),
 *   "https://img.example.org/v1/stylize?style=mosaic" +
 *     "&url=https%3A%2F%2Fexample.com%2Fcat.jpg&w=640",
 * );
 * ```
 */
export function stylizeUrl(base: string | URL, parameters: StylizeParameters): string {
  assertObject("parameters", parameters);
  const { style, styleUrl, preset } = parameters;
  if (style === undefined && styleUrl === undefined && preset === undefined) {
    throw new TypeError("Cannot build the URL: style, styleUrl or preset is missing");
  }
  return build<PictureParameters & StyleParameters>({
    base,
    path: "/v1/stylize",
    parameters,
    writers: STYLED,
  });
}

/**
 * The URL of one content in many styles as one picture.
 *
 * @param base Where the service is.
 * @param parameters The content and the styles.
 * @returns The URL, not signed.
 * @throws {RangeError} If a number is outside its range.
 * @throws {TypeError} If the base or a parameter cannot be used.
 */
export function sheetUrl(base: string | URL, parameters: SheetParameters): string {
  assertObject("parameters", parameters);
  if (!parameters.styles?.length) {
    throw new TypeError("Cannot build the URL of a sheet: styles is empty");
  }
  return build({ base, path: "/v1/sheet", parameters, writers: SHEET });
}

/**
 * The URL of the facts about a picture, as JSON.
 *
 * @param base Where the service is.
 * @param parameters The picture; with a style, the stylised result.
 * @returns The URL, not signed.
 * @throws {RangeError} If a number is outside its range.
 * @throws {TypeError} If the base or a parameter cannot be used.
 */
export function infoUrl(base: string | URL, parameters: InfoParameters): string {
  assertObject("parameters", parameters);
  return build({ base, path: "/v1/info", parameters, writers: INFO });
}

interface Parts<T> {
  readonly base: string | URL;
  readonly path: string;
  readonly parameters: T;
  readonly writers: Writers<T>;
}

type Styled = { readonly [K in "style" | "styleUrl" | "frames"]?: unknown };

function build<T extends PictureParameters & Styled>(parts: Parts<T>): string {
  const { base, path, parameters, writers } = parts;
  if (parameters.style !== undefined && parameters.styleUrl !== undefined) {
    throw new TypeError("Cannot build the URL: style and styleUrl exclude each other");
  }
  const allowed: readonly Format[] = ["auto", ...ANIMATED_FORMATS];
  if (parameters.frames === "all" && !allowed.includes(parameters.fm ?? "auto")) {
    throw badValue("fm", `one of ${allowed.join(", ")} with all frames`, parameters.fm);
  }
  if (String(parameters.url ?? "") === "") {
    throw new TypeError("Cannot build the URL: url is missing");
  }
  return `${origin(base)}${path}?${canonicalQuery(writeParameters(parameters, writers))}`;
}

function origin(base: string | URL): string {
  if (typeof base !== "string" && !(base instanceof URL)) {
    throw badValue("base", "a text or a URL", base);
  }
  const text = String(base);
  if (/[?#]/.test(text)) {
    throw new TypeError(`Cannot use ${text} as base: it must have no query and no fragment`);
  }
  return text.replace(/\/+$/, "");
}
