/**
 * Measures what an answer from the cache costs, against an app with a constant body of that size,
 * and one that does nothing but read it from Redis.
 *
 *     deno task bench:hits [--starts 3] [--warmup 10] [--rounds 3] [--seconds 3] [--connections 16]
 *
 * Needs wrk and redis-server. Row by row: the service and the app that it is compared with answer for
 * the seconds of the warm-up, until V8 has compiled what they run, then in turns; a row has the medians
 * of these rounds. Nothing rests for long between them: V8 makes an idle heap small, and a process then
 * needs seconds under load to be as fast as before. Processes of one program differ, so all are started
 * anew several times: the table has the medians over these starts, and the ratio's range.
 */
import { startService } from "../support/service.ts";
import { TestRedis } from "../lib/cache/_redis.ts";
import { readOptions } from "./_options.ts";
import { hitOf, type Server, startPeer } from "./_peer.ts";
import { header, median, print, row } from "./_report.ts";

const SAMPLE = new URL("../../static/sample.jpg", import.meta.url);

/** The least that MEMORY_CACHE_BYTES may be. */
const LEAST_MEMORY = 1024 * 1024;

/**
 * Asks for the paths of a file in turn: with fewer places than paths, an LRU holds none in time. The
 * requests are made before the measurement, so that wrk only sends them.
 */
const IN_TURN = `
local requests, at = {}, 0
init = function()
  for path in io.lines(os.getenv("PATHS")) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
`;

/** One server with the paths that are asked of it. */
interface Subject {
  readonly server: Server;
  readonly paths: readonly string[];
  /** The layer that has to answer. */
  readonly layer?: string;
}

/** One row. */
interface Comparison {
  readonly name: string;
  readonly subject: Subject;
  /** A constant body of the same size and headers, asked for alike. */
  readonly constant: Subject;
}

/** One run of wrk. */
interface Rate {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Microseconds of CPU time that the answering thread takes for one; NaN where that is not told. */
  readonly cpu: number;
}

const values = readOptions("bench:hits", {
  starts: "3",
  warmup: "10",
  rounds: "3",
  seconds: "3",
  connections: "16",
});

async function writePaths(folder: string, paths: readonly string[]): Promise<string> {
  const file = `${folder}/paths`;
  await Deno.writeTextFile(file, paths.map((path) => `${path}\n`).join(""));
  return file;
}

async function load(
  { server: { origin, pid }, paths }: Subject,
  folder: string,
  seconds: string,
): Promise<Rate> {
  const file = await writePaths(folder, paths);
  await Deno.writeTextFile(`${folder}/turn.lua`, IN_TURN);
  const asked = paths.length === 1
    ? [origin + paths[0]]
    : ["--script", `${folder}/turn.lua`, origin];
  const before = await cpuOf(pid);
  const { stdout } = await new Deno.Command("wrk", {
    // One thread: several would follow each other through the paths and find them in memory.
    args: [
      ...["--threads", "1", "--connections", values.connections, "--latency"],
      ...["--duration", `${seconds}s`, ...asked],
    ],
    env: { PATHS: file },
  }).output();
  const spent = await cpuOf(pid) - before;
  const text = new TextDecoder().decode(stdout);
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(text);
  const [, p99 = "", unit = ""] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  const scale = unit === "us" ? 0.001 : unit === "ms" ? 1 : 1000;
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  const answers = Number(/(\d+) requests in/.exec(text)?.[1]);
  return { perSecond, p99: Number(p99) * scale, cpu: spent / answers };
}

/** Microseconds of CPU time of a process's first thread, from Linux's procfs, which Deno may not read. */
async function cpuOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/task/${pid}/stat`],
    stderr: "null",
  }).output();
  const [, fields = ""] = new TextDecoder().decode(stdout).split(") ");
  const [user = NaN, system = NaN] = fields.split(" ").slice(11, 13).map(Number);
  return 10_000 * (user + system);
}

/** Answers that a layer gave since the start. */
async function hitsOf(subject: Subject, layer: string): Promise<number> {
  const text = await (await fetch(`${subject.server.origin}/metrics`)).text();
  return Number(new RegExp(`^pastiche_cache_${layer}_hits (\\d+)`, "m").exec(text)?.[1]);
}

/** Has every path painted, a few at a time. */
async function paint({ server: { origin }, paths }: Subject): Promise<void> {
  const rest = paths.values();
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (const path of rest) {
      const response = await fetch(origin + path);
      await response.bytes();
      if (!response.ok) throw new Error(`${response.status} for ${path}`);
    }
  }));
}

// The start task may write below data/ only.
await Deno.mkdir("data", { recursive: true });
const folder = await Deno.realPath(await Deno.makeTempDir({ dir: "data" }));
const photo = await Deno.readFile(SAMPLE);
await using source = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {} },
  () =>
    new Response(photo, {
      headers: { "content-type": "image/jpeg", "cache-control": "max-age=86400" },
    }),
);
const shared = {
  SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8",
  DEADLINE_MS: "120000",
  LOG_LEVEL: "error",
};
const small = { ...shared, MEMORY_CACHE_BYTES: String(LEAST_MEMORY) };
const pathsOf = (style: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const url = `http://127.0.0.1:${source.addr.port}/${i}.jpg`;
    return `/v1/stylize?${new URLSearchParams({ url, style, w: "320", fm: "jpeg" })}`;
  });
const plain = pathsOf("none", 1);
const painted = pathsOf("oil-strokes", 1);

/** What one start of all processes gave for a row. */
interface Result {
  readonly name: string;
  readonly rate: Rate;
  readonly constant: Rate;
}

async function measure(): Promise<readonly Result[]> {
  await using redis = await TestRedis.start();
  await using inMemory = await startService(shared);
  await using overRedis = await startService({ ...small, REDIS_URL: redis.url });
  await using overFile = await startService({ ...small, CACHE_PATH: `${folder}/cache.sqlite` });
  const hit = await hitOf(folder, inMemory.origin + plain[0]);
  const paintedHit = await hitOf(folder, inMemory.origin + painted[0]);
  // Thrice as many as fit, so that none is still there however many are asked for at once.
  const many = pathsOf("none", Math.ceil(3 * LEAST_MEMORY / hit.bytes));
  const file = await writePaths(folder, many);
  await using peer = await startPeer("_constant.ts", hit);
  await using paintedPeer = await startPeer("_constant.ts", paintedHit);
  await using redisOnly = await startPeer("_redis_only.ts", hit, redis.url, file);
  const inTurn: Subject = { server: peer, paths: many };
  const comparisons: readonly Comparison[] = [
    {
      name: `memory, plain, ${hit.bytes} bytes`,
      subject: { server: inMemory, paths: plain, layer: "memory" },
      constant: { server: peer, paths: plain },
    },
    {
      name: `memory, painted, ${paintedHit.bytes} bytes`,
      subject: { server: inMemory, paths: painted, layer: "memory" },
      constant: { server: paintedPeer, paths: painted },
    },
    {
      name: "Redis's client alone",
      subject: { server: redisOnly, paths: many },
      constant: inTurn,
    },
    {
      name: "Redis, plain",
      subject: { server: overRedis, paths: many, layer: "redis" },
      constant: inTurn,
    },
    {
      name: "SQLite, plain",
      subject: { server: overFile, paths: many, layer: "sqlite" },
      constant: inTurn,
    },
  ];
  const results: Result[] = [];
  for (const comparison of comparisons) results.push(await compare(comparison));
  return results;
}

async function compare({ name, subject, constant }: Comparison): Promise<Result> {
  await paint(subject);
  for (const one of [constant, subject]) await load(one, folder, values.warmup);
  const rates: Rate[] = [];
  const constants: Rate[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    rates.push(await rateOf(subject));
    constants.push(await rateOf(constant));
  }
  return { name, rate: middleOf(rates), constant: middleOf(constants) };
}

function middleOf(rates: readonly Rate[]): Rate {
  return {
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    p99: median(rates.map(({ p99 }) => p99)),
    cpu: median(rates.map(({ cpu }) => cpu)),
  };
}

/** One run of wrk, in which the subject's layer has to answer. */
async function rateOf(subject: Subject): Promise<Rate> {
  const { layer } = subject;
  const before = layer === undefined ? 0 : await hitsOf(subject, layer);
  const rate = await load(subject, folder, values.seconds);
  const answered = layer === undefined ? 0 : await hitsOf(subject, layer) - before;
  const asked = rate.perSecond * Number(values.seconds);
  if (layer !== undefined && answered < 0.95 * asked) {
    throw new Error(`${layer} answered ${answered} of ${asked.toFixed(0)} requests`);
  }
  return rate;
}

print(`Measuring with ${values.connections} connections`);
const starts: (readonly Result[])[] = [];
for (let i = 0; i < Number(values.starts); i++) starts.push(await measure());
const titles = ["requests/s", "constant's", "of constant", "least", "most"];
header("hits", ...titles, "p99 ms", "constant's", "CPU µs", "constant's");
for (const { name } of starts[0] ?? []) {
  const results = starts.flatMap((results) => results.filter((result) => result.name === name));
  const rate = middleOf(results.map((result) => result.rate));
  const constant = middleOf(results.map((result) => result.constant));
  const ratios = results.map(({ rate, constant }) => rate.perSecond / constant.perSecond);
  row([
    name,
    rate.perSecond,
    constant.perSecond,
    ...[median(ratios), Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2)),
    rate.p99.toFixed(1),
    constant.p99.toFixed(1),
    rate.cpu,
    constant.cpu,
  ]);
}
await Deno.remove(folder, { recursive: true });
