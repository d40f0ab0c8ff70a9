import { parseArgs } from "node:util";
import { loadModel, packStatistics } from "../../lib/adain/mod.ts";
import {
  readStatistics,
  type ShippedStyle,
  type StyleAnalysis,
  versionOf,
} from "../../lib/catalog/mod.ts";
import { CommandError } from "../../lib/commands/errors.ts";
import { runCommand, writeLine } from "../../lib/commands/terminal.ts";
import { InProcessCompute } from "../../lib/compute/mod.ts";
import { DEFAULT_LIMITS } from "../../lib/image/mod.ts";
import { createProgress } from "../../lib/progress.ts";

/** An open model. */
interface Measuring {
  readonly name: string;
  readonly version: string;
  readonly analyze: (picture: Uint8Array<ArrayBuffer>) => Promise<StyleAnalysis>;
  readonly close: () => Promise<void>;
}

const USAGE = "Usage: deno task styles:measure model [model…] [--paintings FILE.csv]";

const HERE = new URL("./", import.meta.url);
/** Milliseconds that one style may take, whatever the model: ten minutes. */
const PATIENCE = 600_000;
const LICENCE = "Public domain (painting); the numbers are CC0-1.0";

async function openModel(name: string): Promise<Measuring> {
  const folder = new URL(`../../models/${name}/`, HERE);
  const { version } = (await loadModel(folder)).manifest;
  const compute = await InProcessCompute.start({
    pipeline: { models: { [name]: folder.href }, provider: "wasm", threads: 1 },
    model: name,
    queueLimit: 1,
    deadline: PATIENCE,
    maxBytes: Infinity,
  });
  const job = { kind: "analyze", limits: DEFAULT_LIMITS, model: name } as const;
  return {
    name,
    version,
    analyze: (source) => compute.run({ ...job, source }),
    close: () => compute.close(),
  };
}

/** Measures the drawn styles, whose pictures lie here, and writes `statistics.json`. */
async function measureDrawings(models: readonly Measuring[]): Promise<void> {
  const drawings: { id: string; file: string }[] = await readJson("styles.json");
  const all = { ...await readStatistics(HERE) };
  for (const { name, version, analyze } of models) {
    const progress = createProgress(`drawings for ${name}`, Deno.stderr);
    const styles: Record<string, ShippedStyle> = {};
    for (const [i, { id, file }] of drawings.entries()) {
      const picture = await Deno.readFile(new URL(file, HERE));
      const { statistics, width, height } = await analyze(picture);
      const packed = packStatistics(statistics).toBase64();
      styles[id] = { version: await versionOf(picture), width, height, statistics: packed };
      progress({ done: i + 1, total: drawings.length, id });
    }
    all[name] = { version, styles };
  }
  await writeJson("statistics.json", all);
}

/** The lines of a CSV behind its heading, and where it lies. */
interface PaintingList {
  readonly csv: string;
  readonly lines: readonly string[];
}

async function readPaintings(csv: string): Promise<PaintingList> {
  return { csv, lines: (await Deno.readTextFile(csv)).trim().split("\n").slice(1) };
}

/** Measures paintings whose pictures do not ship, and writes `paintings.json`. */
async function measurePaintings(
  { csv, lines }: PaintingList,
  models: readonly Measuring[],
): Promise<void> {
  const progress = createProgress("paintings", Deno.stderr);
  const paintings = [];
  for (const [i, line] of lines.entries()) {
    const [file = "", id = "", title = "", artist = "", year = ""] = line.split(",");
    const picture = await Deno.readFile(csv.replace(/[^/]*$/, file));
    const statistics: Record<string, string> = {};
    for (const model of models) {
      const measured = await model.analyze(picture);
      statistics[model.version] = packStatistics(measured.statistics).toBase64();
    }
    const version = await versionOf(picture);
    paintings.push({
      id,
      title,
      artist,
      year: Number(year),
      licence: LICENCE,
      version,
      statistics,
    });
    progress({ done: i + 1, total: lines.length, id });
  }
  await writeJson("paintings.json", paintings.sort((a, b) => a.id < b.id ? -1 : 1));
}

/** Names what a service would go without, as it has no pictures to measure. */
async function warnOfPaintings(models: readonly Measuring[]): Promise<void> {
  const paintings: { statistics: Record<string, string> }[] = await readJson("paintings.json");
  for (const { name, version } of models) {
    const missing = paintings.filter(({ statistics }) => !(version in statistics)).length;
    if (missing === 0) continue;
    const text = `${missing} paintings have no numbers for ${name} ${version}: give --paintings\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(file, HERE)));
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(new URL(file, HERE), `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Measures the built-in styles, so that a service need not: the drawn ones, and with a CSV (file, id,
 * title, artist, year, note; no quoted commas; files relative to it) well-known paintings.
 *
 *     deno task styles:measure fast --paintings paintings.csv
 */
async function measure(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { paintings: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return writeLine(Deno.stdout, USAGE);
  if (positionals.length === 0 || values.paintings === "") {
    throw new CommandError(USAGE);
  }
  const paintings = values.paintings === undefined
    ? undefined
    : await readPaintings(values.paintings);
  const models: Measuring[] = [];
  try {
    for (const name of positionals) models.push(await openModel(name));
    await measureDrawings(models);
    if (paintings) await measurePaintings(paintings, models);
    await warnOfPaintings(models);
  } finally {
    for (const model of models) await model.close();
  }
}

if (import.meta.main) Deno.exitCode = await runCommand(Deno, measure);
