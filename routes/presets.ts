import * as z from "zod";
import { type Config, ConfigError } from "../lib/config.ts";
import { RequestError } from "./errors.ts";
import { STYLIZE_FIELDS, STYLIZE_SCHEMA } from "./fields.ts";
import { readParameters } from "./parameters.ts";

/** Named sets of parameters: `{ "card": { "style": "mosaic", "w": "320" } }`. */
export type Presets = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** A preset says how a picture looks, not which one it is. */
const PRESET_PARAMETERS = Object.keys(STYLIZE_FIELDS).filter((name) =>
  !["url", "preset", "expires", "kid", "sig"].includes(name)
);

const FILE = z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), z.record(z.string(), z.string()));

/**
 * Reads the presets' file, and checks every preset as a query would be checked.
 *
 * @param path The file; absent: no presets.
 * @returns The presets.
 * @throws {ConfigError} Naming the file and what is wrong.
 */
export async function loadPresets(path: string | undefined): Promise<Presets> {
  if (path === undefined) return new Map();
  try {
    const presets = FILE.parse(JSON.parse(await Deno.readTextFile(path)));
    return new Map(Object.entries(presets).map(([name, preset]) => [name, check(name, preset)]));
  } catch (error) {
    const text = error instanceof z.ZodError
      ? z.prettifyError(error)
      : error instanceof Error
      ? error.message
      : "";
    throw new ConfigError([`PRESETS_FILE: cannot use ${path}: ${text}`]);
  }
}

function check(name: string, preset: Readonly<Record<string, string>>): Record<string, string> {
  const texts = readParameters(Object.entries(preset), PRESET_PARAMETERS);
  const parsed = STYLIZE_SCHEMA.safeParse(texts);
  const issue = parsed.error?.issues[0];
  if (!issue) return texts;
  throw new SyntaxError(`the preset ${name} has a wrong ${issue.path.join(".")}: ${issue.message}`);
}

/** What a client may still say where only presets are allowed. */
const WITH_PRESET_ONLY = new Set(["url", "preset", "expires", "kid", "sig"]);

/**
 * Fills in what a preset says; parameters that are given override it.
 *
 * @param given The parameters of the query.
 * @param context The presets, and whether anything else is allowed.
 * @returns All parameters.
 * @throws {RequestError} `unknown_preset`, or `invalid_parameter` where only presets are allowed.
 */
export function applyPreset(
  given: Readonly<Record<string, string>>,
  { config, presets }: { readonly config: Config; readonly presets: Presets },
): Readonly<Record<string, string>> {
  const name = given["preset"];
  if (config.PRESETS_ONLY) {
    const other = Object.keys(given).find((key) => !WITH_PRESET_ONLY.has(key));
    if (other !== undefined || name === undefined) {
      throw new RequestError(
        "invalid_parameter",
        `Only presets are allowed here: give url and preset${other ? `, not ${other}` : ""}`,
      );
    }
  }
  if (name === undefined) return given;
  const preset = presets.get(name);
  if (preset) return { ...preset, ...given };
  throw new RequestError(
    "unknown_preset",
    `There is no preset "${name.slice(0, 80)}"; there are: ${
      [...presets.keys()].join(", ") || "none"
    }`,
  );
}
