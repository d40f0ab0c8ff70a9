import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { print } from "./_report.ts";

/** Whole numbers, with commas between. */
const NUMBERS = /^\d+(?:,\d+)*$/;

const MODELS = new URL("../../models/", import.meta.url);

/**
 * Reads a benchmark's options from the command line. With `--help`, or an option or value that is
 * not allowed, it tells the options and ends the process.
 *
 * @param task The task's name.
 * @param defaults What each option is where it is not given; what has none is left out of the help.
 * @returns The options.
 */
export function readOptions<const T extends Readonly<Record<string, string>>>(
  task: string,
  defaults: T,
): Readonly<Record<keyof T, string>> {
  const entries = Object.entries(defaults);
  const shown = entries.filter(([, value]) => value !== "");
  const usage = `deno task ${task} ${shown.map((option) => `[--${option.join(" ")}]`).join(" ")}`;
  const options = Object.fromEntries(entries.map(([name]) => [name, { type: "string" } as const]));
  try {
    const { values } = parseArgs({
      options: { ...options, help: { type: "boolean", short: "h" } },
    });
    if (!values.help) {
      const asked = { ...defaults, ...values };
      for (const [name, fallback] of shown) checkValue(name, asked[name] ?? "", fallback);
      return asked;
    }
    print(usage);
  } catch (error) {
    const text = `error: ${error instanceof Error ? error.message : error}\n${usage}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    Deno.exit(1);
  }
  Deno.exit(0);
}

/** What is allowed is told by the default: whole numbers, a list of them, or all parts there are. */
function checkValue(name: string, value: string, fallback: string): void {
  const items = value.split(",");
  if (NUMBERS.test(fallback)) {
    // A service without workers computes in its own thread.
    const least = name === "workers" ? 0 : 1;
    const isNumber = (item: string): boolean => /^\d{1,7}$/.test(item) && Number(item) >= least;
    const isList = fallback.includes(",");
    if (items.every(isNumber) && (isList || items.length === 1)) return;
    const numbers = isList ? "whole numbers" : "a whole number";
    throw new TypeError(`Cannot use --${name} ${value}: it must be ${numbers} from ${least}`);
  }
  if (name === "parts" && !items.every((item) => fallback.split(",").includes(item))) {
    throw new TypeError(`Cannot use --${name} ${value}: it must be some of ${fallback}`);
  }
  if (name === "model" || name === "models") items.forEach(checkModel);
}

function checkModel(name: string): void {
  const file = new URL(`${name}/model.json`, MODELS);
  if (/^[\w-]{1,64}$/.test(name) && existsSync(file)) return;
  throw new TypeError(`There is no model "${name}" in models/: name those that are installed`);
}
