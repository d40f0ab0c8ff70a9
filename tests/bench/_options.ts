import { parseArgs } from "node:util";
import { print } from "./_report.ts";

/**
 * Reads a benchmark's options from the command line. With `--help`, or an option that there is not,
 * it tells the options and ends the process.
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
    if (!values.help) return { ...defaults, ...values };
    print(usage);
  } catch (error) {
    const text = `error: ${error instanceof Error ? error.message : error}\n${usage}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    Deno.exit(1);
  }
  Deno.exit(0);
}
