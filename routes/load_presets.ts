import * as z from "zod";
import { type Config, ConfigError } from "../lib/config.ts";
import type { SourcePolicy } from "../lib/source/mod.ts";
import { RequestError } from "./errors.ts";
import { STYLIZE_FIELDS } from "./fields.ts";
import { readParameters } from "./parameters.ts";
import { OF_CLIENT, type Presets } from "./presets.ts";
import { parseStylizeQuery } from "./stylize_query.ts";

/** A preset says how a picture looks, not which one it is. */
const PRESET_PARAMETERS = Object.keys(STYLIZE_FIELDS).filter((name) => !OF_CLIENT.has(name));

const FILE = z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), z.record(z.string(), z.string()));

/** What presets are checked against. */
export interface PresetContext {
  /** The settings. */
  readonly config: Config;
  /** What may be fetched, and redirected to. */
  readonly sourcePolicy: SourcePolicy;
}

/**
 * Reads the presets' file, and checks every preset as a query would be checked.
 *
 * @param context The settings with the file's name; absent: no presets.
 * @returns The presets.
 * @throws {ConfigError} Naming the file and what is wrong.
 */
export async function loadPresets(context: PresetContext): Promise<Presets> {
  const { PRESETS_FILE: path } = context.config;
  if (path === undefined) return new Map();
  try {
    const presets = FILE.parse(JSON.parse(await Deno.readTextFile(path)));
    const checked = Object.entries(presets).map(([name, preset]) =>
      [name, check(name, preset, context)] as const
    );
    return new Map(checked);
  } catch (error) {
    const text = error instanceof z.ZodError
      ? z.prettifyError(error)
      : error instanceof Error
      ? error.message
      : "";
    throw new ConfigError([`PRESETS_FILE: cannot use ${path}: ${text}`]);
  }
}

/** A preset may leave the style to its client. */
function check(
  name: string,
  preset: Readonly<Record<string, string>>,
  { config, sourcePolicy }: PresetContext,
): Record<string, string> {
  try {
    const texts = readParameters(Object.entries(preset), PRESET_PARAMETERS);
    const style = "style_url" in texts ? {} : { style: "none" };
    const query = Object.entries({ url: "/sample.jpg", ...style, ...texts });
    parseStylizeQuery(query, {
      config: { ...config, PRESETS_ONLY: false },
      presets: new Map(),
      sourcePolicy,
      autoFormat: "auto",
    });
    return texts;
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    throw new SyntaxError(`the preset ${name} is wrong: ${cause.message}`, { cause });
  }
}
