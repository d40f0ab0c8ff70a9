import { loadModel, packStatistics } from "../../lib/adain/mod.ts";
import { versionOf } from "../../lib/catalog/mod.ts";
import { InProcessCompute } from "../../lib/compute/mod.ts";
import { DEFAULT_LIMITS } from "../../lib/image/mod.ts";

/**
 * Measures well-known paintings whose pictures do not ship, and writes `paintings.json`: titles and
 * numbers, no pixels. Takes a CSV (file,id,title,artist,year,note; no quoted commas) beside the
 * pictures' folder, and the models to measure for:
 *
 *     deno task styles:measure paintings.csv fast
 */
async function measure(csv: string, models: readonly string[]): Promise<void> {
  const lines = (await Deno.readTextFile(csv)).trim().split("\n").slice(1);
  const target = new URL("paintings.json", import.meta.url);
  const paintings = [];
  for (const line of lines) {
    const [file = "", id = "", title = "", artist = "", year = ""] = line.split(",");
    const folder = csv.replace(/[^/]*$/, "");
    const picture = await Deno.readFile(`${folder}${file}`);
    const statistics: Record<string, string> = {};
    for (const model of models) Object.assign(statistics, await measureFor(model, picture));
    const licence = "Public domain (painting); the numbers are CC0-1.0";
    const version = await versionOf(picture);
    paintings.push({ id, title, artist, year: Number(year), licence, version, statistics });
  }
  paintings.sort((a, b) => a.id < b.id ? -1 : 1);
  await Deno.writeTextFile(target, `${JSON.stringify(paintings, null, 2)}\n`);
}

/** Packed statistics in base64 by model version. */
async function measureFor(
  name: string,
  source: Uint8Array<ArrayBuffer>,
): Promise<Record<string, string>> {
  const folder = new URL(`../../models/${name}/`, import.meta.url);
  const { manifest } = await loadModel(folder);
  const compute = await InProcessCompute.start({
    pipeline: { models: { [name]: folder.href }, provider: "wasm", threads: 1 },
    model: name,
    queueLimit: 1,
    maxBytes: Infinity,
  });
  const job = { kind: "analyze", source, limits: DEFAULT_LIMITS, model: name } as const;
  const { statistics } = await compute.run(job);
  await compute.close();
  return { [manifest.version]: packStatistics(statistics).toBase64() };
}

if (import.meta.main) {
  const [csv, ...models] = Deno.args;
  if (csv === undefined || models.length === 0) {
    throw new TypeError("Usage: deno task styles:measure paintings.csv model [model…]");
  }
  await measure(csv, models);
}
