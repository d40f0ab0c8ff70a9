import { badValue } from "./bad_value.ts";
import { STYLE_ID } from "./values.ts";

/** A style and its weight in a blend, from 0; the service scales the weights to the sum 1. */
export type WeightedStyle = readonly [id: string, weight: number];

/**
 * One style by id, or a blend: a record of weights, or a list of ids (all alike) and weighted ids.
 * With masks the order counts: give a list.
 */
export type BlendStyle =
  | string
  | Readonly<Record<string, number>>
  | readonly (string | WeightedStyle)[];

/** How {@linkcode writeStyle} writes. */
export interface WriteStyleOptions {
  /** Whether the styles' order has a meaning, as it does with masks. Default false: sorted. */
  readonly ordered?: boolean;
}

/** Most styles of a blend. */
const MAX_STYLES = 8;

/** An id, with or without a weight; `none` is no style and cannot be blended. */
const PART = /^(?!none(?::|$))[a-z0-9]+(?:-[a-z0-9]+)*(?::(?:\d{1,5}(?:\.\d+)?|\.\d+))?$/;

/**
 * Writes a style or blend as the text of the parameter `style`.
 *
 * @param style The style or blend.
 * @param options Whether the order counts.
 * @returns An id, or `id:weight,id:weight,…` with up to six decimals.
 * @throws {TypeError} If there are no or too many styles, an id is none or repeated, or a value is of
 * a wrong type.
 * @throws {RangeError} If a weight is negative or not finite, or all are 0.
 *
 * @example A record of weights
 * ```ts
 * import { writeStyle } from "./blend.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(writeStyle({ waves: 0.6, mosaic: 0.4 }), "mosaic:0.4,waves:0.6");
 * ```
 */
export function writeStyle(style: BlendStyle, options: WriteStyleOptions = {}): string {
  if (typeof style === "string") return checkText(style);
  const parts = toParts(style);
  check(parts);
  if (!options.ordered) parts.sort(([a], [b]) => a < b ? -1 : 1);
  const [first] = parts;
  if (first && parts.length === 1) return first[0];
  const equal = parts.every(([, weight]) => weight === first?.[1]);
  return parts.map(([id, weight]) => equal ? id : `${id}:${Number(weight.toFixed(6))}`).join(",");
}

function checkText(text: string): string {
  const parts = text.split(",");
  const isBlend = parts.length <= MAX_STYLES && parts.every((part) => PART.test(part));
  if (isBlend || text === "none") return text;
  throw badValue("style", `an id, or a blend of up to ${MAX_STYLES} such as a:0.6,b:0.4`, text);
}

function toParts(style: Exclude<BlendStyle, string>): WeightedStyle[] {
  if (typeof style !== "object" || style === null) {
    throw badValue("style", "an id, a record of weights, or a list", style);
  }
  // `Array.isArray` does not narrow readonly arrays.
  return style instanceof Array
    ? style.map((part) => part instanceof Array ? part : [part, 1])
    : Object.entries(style);
}

function check(parts: readonly WeightedStyle[]): void {
  if (parts.length === 0 || parts.length > MAX_STYLES) {
    throw new TypeError(`Cannot blend ${parts.length} styles: 1 to ${MAX_STYLES} are allowed`);
  }
  const bad = parts.find(([id]) =>
    typeof id !== "string" || !STYLE_ID.test(id) || (id === "none" && parts.length > 1)
  );
  if (bad) throw new TypeError(`Cannot blend "${bad[0]}": it is not the id of a style`);
  if (new Set(parts.map(([id]) => id)).size < parts.length) {
    throw new TypeError("Cannot blend a style with itself: give each id once");
  }
  for (const [id, weight] of parts) {
    if (!(typeof weight === "number" && weight >= 0 && weight < 100_000)) {
      throw badValue(`the weight of "${id}"`, "a number from 0 to below 100000", weight);
    }
  }
  if (parts.every(([, weight]) => weight < 0.000_001)) {
    throw new RangeError("Cannot blend styles whose weights are all 0");
  }
}
