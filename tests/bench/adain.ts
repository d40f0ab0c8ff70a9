/**
 * Measures the library alone: time per pixel and peak memory by size, what encoding once saves, and
 * how far WebGPU is from WASM.
 *
 *     deno task bench:adain [--model fast] [--sizes 256,512,1024,2048,4096] [--many 512] [--budget 256]
 *         [--parts sizes,many,agreement]
 *
 * Every row is measured in a process of its own. Prints the tables of docs/adain.md. Absolute times
 * are of the machine at hand; compare rows.
 */
import {
  affine,
  DEFAULT_MEMORY_BUDGET,
  loadModel,
  type Model,
  Stylizer,
  type Target,
} from "../../lib/adain/mod.ts";
import { Runtime } from "../../lib/adain/onnx.ts";
import { toPlanar } from "../../lib/adain/planar.ts";
import { drawPicture } from "../support/pictures.ts";
import { readOptions } from "./_options.ts";

const MIB = 2 ** 20;

const asked = readOptions("bench:adain", {
  model: "fast",
  sizes: "256,512,1024,2048,4096",
  many: "512",
  parts: "sizes,many,agreement",
  budget: `${DEFAULT_MEMORY_BUDGET / MIB}`,
  child: "",
});

/** What a child measures: numbers by name. */
type Row = Readonly<Record<string, number>>;

function loadAsked(): Promise<Model> {
  return loadModel(new URL(`../../models/${asked.model}/`, import.meta.url));
}

/** Peak resident memory of this process in MiB. */
async function peakMemory(): Promise<number> {
  const command = new Deno.Command("cat", { args: [`/proc/${Deno.pid}/status`] });
  const { stdout } = await command.output();
  const kib = /VmHWM:\s+(\d+)/.exec(new TextDecoder().decode(stdout))?.[1];
  return Number(kib) * 1024 / MIB;
}

async function time(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

async function measureSize(side: number): Promise<Row> {
  const memoryBudget = Number(asked.budget) * MIB;
  const stylizer = await Stylizer.open(await loadAsked(), { memoryBudget });
  const statistics = await stylizer.analyze(drawPicture(256, 256, 1));
  const content = drawPicture(side, side, 2);
  const before = await peakMemory();
  const start = performance.now();
  const encoded = await stylizer.encode(content);
  const encode = performance.now() - start;
  const decode = await time(() => stylizer.decode(encoded, { styles: [{ statistics }] }));
  encoded.dispose();
  await stylizer.dispose();
  return { encode, decode, before, peak: await peakMemory(), runs: encoded.tiles.length };
}

async function measureMany(side: number): Promise<Row> {
  const stylizer = await Stylizer.open(await loadAsked());
  const content = drawPicture(side, side, 3);
  const statistics = await stylizer.analyze(content);
  const row: Record<string, number> = {};
  await stylizer.stylize(content, { styles: [{ statistics }] });
  for (const count of [2, 8]) {
    const targets = Array.from({ length: count }, (_, k): Target => ({
      styles: [{ statistics }],
      alpha: (k + 1) / count,
    }));
    row[`separate${count}`] = await time(async () => {
      for (const target of targets) await stylizer.stylize(content, target);
    });
    row[`together${count}`] = await time(() => stylizer.stylizeMany(content, targets));
  }
  await stylizer.dispose();
  return row;
}

async function measureAgreement(): Promise<Row> {
  const model = await loadAsked();
  const size = { width: 64, height: 64 };
  const data = toPlanar(drawPicture(64, 64, 4), { x: 0, y: 0, ...size });
  const run = async (provider: "wasm" | "webgpu"): Promise<Float32Array> => {
    const runtime = await Runtime.open(model, { provider });
    const { features, statistics } = await runtime.encode({ data, ...size });
    const std = statistics.std.map((std) => 1.5 * std);
    const style = await runtime.completeStyle({ mean: statistics.mean, std });
    const picture = await runtime.decode(features, affine(statistics, style));
    features.dispose();
    await runtime.dispose();
    return picture.data;
  };
  const [wasm, webgpu] = [await run("wasm"), await run("webgpu")];
  const differences = wasm.map((value, i) => Math.abs(value - (webgpu[i] ?? NaN)));
  return {
    largest: differences.reduce((max, value) => Math.max(max, value), 0),
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
  };
}

/** Runs one measurement in a process of its own; `null` where it is not possible here. */
async function inChild(what: string): Promise<Row | null> {
  const args = ["run", "--allow-read", "--allow-run=cat", import.meta.filename ?? ""];
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args, "--model", asked.model, "--budget", asked.budget, "--child", what],
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : null;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function table(head: string, rows: readonly (readonly (string | number)[])[]): void {
  print(`\n| ${head} |\n| ${head.replaceAll(/[^|]+/g, " ---: ")} |`);
  for (const row of rows) print(`| ${row.join(" | ")} |`);
}

async function measureAll(): Promise<void> {
  const parts = asked.parts.split(",");
  if (parts.includes("sizes")) await printSizes();
  if (parts.includes("many")) await printMany();
  if (parts.includes("agreement")) await printAgreement();
}

async function printSizes(): Promise<void> {
  const sizes: (string | number)[][] = [];
  for (const side of asked.sizes.split(",").map(Number)) {
    const row = await inChild(`${side}`);
    if (!row) continue;
    const { encode = NaN, decode = NaN, before = NaN, peak = NaN, runs = NaN } = row;
    const perPixel = (ms: number): string => (1000 * ms / side ** 2).toFixed(2);
    const memory = [before, peak].map((mib) => Math.round(mib));
    sizes.push([side, runs, perPixel(encode), perPixel(decode), ...memory]);
  }
  table("side | runs | encode µs/pixel | decode µs/pixel | MiB before | MiB peak", sizes);
}

async function printMany(): Promise<void> {
  const many = await inChild(`many${asked.many}`);
  const saved = [2, 8].map((count) => {
    const [apart, together] = [many?.[`separate${count}`], many?.[`together${count}`]];
    return [count, ...[apart, together].map((ms = NaN) => Math.round(ms))]
      .concat(Math.round(100 * (1 - (together ?? NaN) / (apart ?? NaN))));
  });
  table("styles | separately ms | stylizeMany ms | saved %", saved);
}

async function printAgreement(): Promise<void> {
  const agreement = await inChild("agreement");
  const shown = [agreement?.["largest"], agreement?.["mean"]].map((v) =>
    v?.toExponential(1) ?? "–"
  );
  table("WASM and WebGPU: largest difference of 0..1 | mean", [shown]);
}

async function measure(child: string): Promise<Row> {
  if (child === "agreement") return await measureAgreement();
  if (child.startsWith("many")) return await measureMany(Number(child.slice(4)));
  return await measureSize(Number(child));
}

if (import.meta.main) {
  if (asked.child) print(JSON.stringify(await measure(asked.child)));
  else await measureAll();
}
