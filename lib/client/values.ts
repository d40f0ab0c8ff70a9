import { badValue } from "./bad_value.ts";
import type { Fit, Format, Gravity, GravityName } from "./parameters.ts";

/** Checks the value of the parameter of that name, and writes it. */
type Write = (value: unknown, name: string) => string;

/** The ways to fill a box. */
export const FITS: readonly Fit[] = ["inside", "outside", "cover", "contain", "fill"];

/** The formats; `jpg` is another name of `jpeg`. */
export const FORMATS: readonly (Format | "jpg")[] = [
  "auto",
  "avif",
  "webp",
  "jpeg",
  "jpg",
  "png",
  "gif",
];

const GRAVITIES: readonly GravityName[] = [
  "center",
  "top",
  "bottom",
  "left",
  "right",
  "top-left",
  "top-right",
  "bottom-left",
  "bottom-right",
  "attention",
];

/** Ids of styles. */
export const STYLE_ID: RegExp = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Most styles of a sheet. */
const MAX_CELLS = 24;

/** Seconds of each unit of a duration. */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds that an answer may be fresh: a minute to a year. */
const MAX_AGE = { least: 60, most: 365 * 86_400 };

/** @returns A writer of texts of a list. */
export function choice(allowed: readonly string[]): Write {
  return (value, name) => {
    if (typeof value === "string" && allowed.includes(value)) return value;
    throw badValue(name, `one of ${allowed.join(", ")}`, value);
  };
}

/** @returns A writer of texts of a form, which the second argument says in words. */
export function form(pattern: RegExp, allowed: string): Write {
  return (value, name) => {
    if (typeof value === "string" && pattern.test(value)) return value;
    throw badValue(name, allowed, value);
  };
}

/** @returns A writer of numbers; the service rounds to six decimals and reads no exponent. */
export function decimal(least: number, most: number): Write {
  return (value, name) => {
    if (typeof value === "number" && value >= least && value <= most) {
      return String(Number(value.toFixed(6)));
    }
    throw badValue(name, `a number from ${least} to ${most}`, value);
  };
}

/** @returns A writer of whole numbers from 1. */
export function whole(most: number): Write {
  return (value, name) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) {
      return String(value);
    }
    throw badValue(name, `a whole number from 1 to ${most}`, value);
  };
}

/** @returns A writer of absolute http(s) URLs, and of the texts that are allowed beside them. */
export function address(others: readonly string[]): Write {
  return (value, name) => {
    const text = value instanceof URL ? value.href : value;
    if (typeof text === "string" && (others.includes(text) || isWebAddress(text))) return text;
    throw badValue(name, `${others.join(", ")} or an absolute http(s) URL`, text);
  };
}

/** Writes the styles of a sheet. */
export function ids(value: unknown, name: string): string {
  const isId = (id: unknown): boolean => typeof id === "string" && STYLE_ID.test(id);
  if (Array.isArray(value) && value.length <= MAX_CELLS && value.every(isId)) {
    return value.join(",");
  }
  throw badValue(name, `a list of ids of up to ${MAX_CELLS} styles`, value);
}

/** Writes what is kept when the picture is cut. */
export function gravity(value: Gravity, name: string): string {
  if (typeof value === "string") return choice(GRAVITIES)(value, name);
  if (typeof value !== "object" || value === null) {
    throw badValue(name, "the name of a side or corner, or a point { x, y }", value);
  }
  const share = decimal(0, 1);
  return `${share(value.x, `${name}.x`)},${share(value.y, `${name}.y`)}`;
}

/** Writes how long an answer is fresh. */
export function duration(value: unknown, name: string): string {
  if (typeof value === "string" && /^[1-9]\d{0,8}[smhd]$/.test(value)) {
    const seconds = Number(value.slice(0, -1)) * (UNITS[value.slice(-1)] ?? 0);
    if (seconds >= MAX_AGE.least && seconds <= MAX_AGE.most) return value;
  }
  throw badValue(name, "a duration from 60s to 365d, such as 90s, 10m, 1h or 30d", value);
}

/** Writes what is said only if it is true. */
export function flag(value: unknown, name: string): string | undefined {
  if (typeof value === "boolean") return value ? "1" : undefined;
  throw badValue(name, "true or false", value);
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}
