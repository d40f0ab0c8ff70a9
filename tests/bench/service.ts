/**
 * Starts the service and measures it: cold start, time per stage, throughput and peak memory.
 *
 *     deno task bench:service [--models fast,vgg19] [--workers 1,2] [--sizes 256,512] [--count 20]
 *         [--parts cold,stages,health]
 *
 * Prints the tables of docs/performance.md. Absolute times are of the machine at hand; compare rows.
 */
import { startService } from "../support/service.ts";
import { readOptions } from "./_options.ts";

const SAMPLE = new URL("../../static/sample.jpg", import.meta.url);
const STAGES = ["fetch", "decode", "resize", "encode", "adain", "output"] as const;

interface Plan {
  readonly parts: readonly string[];
  readonly models: readonly string[];
  readonly workers: readonly string[];
  readonly sizes: readonly number[];
  readonly count: number;
}

/** One timed picture: milliseconds from request to body, and by stage. */
interface Timing {
  readonly total: number;
  readonly stages: Readonly<Record<string, number>>;
}

function readPlan(): Plan {
  const values = readOptions("bench:service", {
    parts: "cold,stages,health",
    models: "fast,vgg19",
    workers: "1,2",
    sizes: "256,512",
    count: "20",
  });
  return {
    parts: values.parts.split(","),
    models: values.models.split(","),
    workers: values.workers.split(","),
    sizes: values.sizes.split(",").map(Number),
    count: Number(values.count),
  };
}

async function paint(origin: string, query: Record<string, string>): Promise<Timing> {
  const start = performance.now();
  const response = await fetch(`${origin}/v1/stylize?${new URLSearchParams(query)}`);
  await response.bytes();
  const total = performance.now() - start;
  if (!response.ok) throw new Error(`${response.status} for ${JSON.stringify(query)}`);
  const parts = (response.headers.get("server-timing") ?? "").split(", ");
  const stages = Object.fromEntries(parts.map((part) => {
    const [stage = "", time = ""] = part.split(";dur=");
    return [stage, Number(time)];
  }));
  return { total, stages };
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

/** Most memory that the process has held, in MB (Linux); another process may read it, Deno may not. */
async function peakMemory(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`] }).output();
  return Number(/VmHWM:\s+(\d+)/.exec(new TextDecoder().decode(stdout))?.[1]) / 1024;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function row(cells: readonly (string | number)[]): void {
  const texts = cells.map((cell) => typeof cell === "number" ? cell.toFixed(0) : cell);
  print(`| ${texts.join(" | ")} |`);
}

function header(...cells: readonly string[]): void {
  print("");
  row(cells);
  row(cells.map((_, i) => i === 0 ? "---" : "---:"));
}

async function measureColdStart(url: string, plan: Plan): Promise<void> {
  header("cold start (ms)", ...plan.workers.map((workers) => `${workers} worker(s)`));
  const rows = ["first start: listens", "first start: has painted", "next start: has painted"];
  const columns: number[][] = plan.workers.map(() => []);
  for (const [i, workers] of plan.workers.entries()) {
    // The start task may write below data/ only.
    await Deno.mkdir("data", { recursive: true });
    const folder = await Deno.makeTempDir({ dir: "data" });
    for (const first of [true, false]) {
      const start = performance.now();
      await using service = await startService({
        ...environment(workers),
        KV_URL: `${folder}/styles.kv`,
      });
      if (first) columns[i]?.push(performance.now() - start);
      await paint(service.origin, { url, style: "oil-strokes", w: "256", model: "fast" });
      columns[i]?.push(performance.now() - start);
    }
    await Deno.remove(folder, { recursive: true });
  }
  rows.forEach((name, r) => row([name, ...columns.map((times) => times[r] ?? NaN)]));
}

function environment(workers: string): Record<string, string> {
  return {
    COMPUTE_WORKERS: workers,
    SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8",
    DEADLINE_MS: "120000",
    LOG_LEVEL: "error",
  };
}

async function measureStages(url: string, plan: Plan, workers: string): Promise<void> {
  await using service = await startService(environment(workers));
  header(
    `${workers} worker(s): p50 / p95 in ms`,
    ...STAGES,
    "request",
    "pictures/s",
    "peak MB",
  );
  for (const model of plan.models) {
    for (const size of plan.sizes) {
      const count = model === "vgg19" ? Math.max(3, Math.ceil(plan.count / 6)) : plan.count;
      // Another picture each time, so that nothing that is kept answers.
      const query = (i: number, salt: number): Record<string, string> => ({
        url: `${url}?${model}-${size}-${i + salt}`,
        style: "oil-strokes",
        model,
        w: String(size),
        h: String(size),
        fit: "cover",
        alpha: ((1000 - i) / 1000).toFixed(3),
      });
      await paint(service.origin, query(0, 500));
      const timings: Timing[] = [];
      for (let i = 0; i < count; i++) timings.push(await paint(service.origin, query(i, 0)));
      const start = performance.now();
      await Promise.all(
        Array.from({ length: count }, (_, i) => paint(service.origin, query(i, 200))),
      );
      const rate = 1000 * count / (performance.now() - start);
      const cell = (values: readonly number[]): string =>
        `${quantile(values, 0.5).toFixed(0)} / ${quantile(values, 0.95).toFixed(0)}`;
      row([
        `${model} ${size}`,
        ...STAGES.map((stage) => cell(timings.map(({ stages }) => stages[stage] ?? 0))),
        cell(timings.map(({ total }) => total)),
        rate.toFixed(2),
        await peakMemory(service.pid),
      ]);
      if (model === "fast") await measureKept(service.origin, query(0, 0));
    }
  }
}

/** Other strengths of a content that the worker has encoded already. */
async function measureKept(origin: string, query: Record<string, string>): Promise<void> {
  const timings: Timing[] = [];
  for (let i = 0; i < 10; i++) {
    timings.push(await paint(origin, { ...query, alpha: ((500 - i) / 1000).toFixed(3) }));
  }
  const half = (stage: string): number =>
    quantile(timings.slice(1).map(({ stages }) => stages[stage] ?? 0), 0.5);
  const total = quantile(timings.slice(1).map((timing) => timing.total), 0.5);
  row([`the same, ${query["w"]}, content kept`, ...STAGES.map(half), total, "", ""]);
}

async function measureHealth(url: string): Promise<void> {
  await using service = await startService(environment("1"));
  let painting = true;
  const picture = paint(service.origin, { url, style: "oil-strokes", w: "1024", fit: "outside" })
    .finally(() => painting = false);
  const waits: number[] = [];
  while (painting) {
    const start = performance.now();
    await (await fetch(`${service.origin}/healthz`)).text();
    waits.push(performance.now() - start);
  }
  const { total } = await picture;
  header("while a 1024-pixel picture is painted (ms)", "p50", "p99", "longest");
  const times = [quantile(waits, 0.5), quantile(waits, 0.99), Math.max(...waits)];
  row([
    `${waits.length} times /healthz in ${total.toFixed(0)} ms`,
    ...times.map((t) => t.toFixed(1)),
  ]);
}

const plan = readPlan();
const photo = await Deno.readFile(SAMPLE);
await using source = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {} },
  // What follows the end of a JPEG changes its hash and nothing else.
  (request) => new Response(new Blob([photo, new URL(request.url).search])),
);
const url = `http://127.0.0.1:${source.addr.port}/photo.jpg`;
if (plan.parts.includes("cold")) await measureColdStart(url, plan);
if (plan.parts.includes("stages")) {
  for (const workers of plan.workers) await measureStages(url, plan, workers);
}
if (plan.parts.includes("health")) await measureHealth(url);
