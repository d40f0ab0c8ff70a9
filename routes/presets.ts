import type { Config } from "../lib/config.ts";
import { RequestError } from "./errors.ts";

/** Named sets of parameters: `{ "card": { "style": "mosaic", "w": "320" } }`. */
export type Presets = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Where a style comes from: a client that names one of these wants none of a preset's. */
const STYLES = ["style", "style_url", "style_image"];

/** What a client says itself: which picture, not how it looks. */
export const OF_CLIENT: ReadonlySet<string> = new Set(["url", "preset", "expires", "kid", "sig"]);

/**
 * Fills in what a preset says; parameters that are given override it.
 *
 * @param given The parameters of the query.
 * @param more Names of what else is given: parameters that may be repeated, and parts of the body.
 * @param context The presets, and whether anything else is allowed.
 * @returns All parameters.
 * @throws {RequestError} `unknown_preset`, or `invalid_parameter` where only presets are allowed.
 */
export function applyPreset(
  given: Readonly<Record<string, string>>,
  more: readonly string[],
  { config, presets }: { readonly config: Config; readonly presets: Presets },
): Readonly<Record<string, string>> {
  const name = given["preset"];
  if (config.PRESETS_ONLY) {
    const other = [...Object.keys(given), ...more].find((key) => !OF_CLIENT.has(key));
    if (other !== undefined || name === undefined) {
      throw new RequestError(
        "invalid_parameter",
        `Only presets are allowed here: give url and preset${other ? `, not ${other}` : ""}`,
      );
    }
  }
  if (name === undefined) return given;
  const preset = presets.get(name);
  if (preset) return { ...withoutOverridden(preset, [...Object.keys(given), ...more]), ...given };
  throw new RequestError(
    "unknown_preset",
    `There is no preset "${name.slice(0, 80)}"; there are: ${
      [...presets.keys()].join(", ") || "none"
    }`,
  );
}

function withoutOverridden(
  preset: Readonly<Record<string, string>>,
  given: readonly string[],
): Readonly<Record<string, string>> {
  if (!given.some((name) => STYLES.includes(name))) return preset;
  return Object.fromEntries(Object.entries(preset).filter(([name]) => !STYLES.includes(name)));
}
