import { AdainError, loadModel } from "./lib/adain/mod.ts";
import { openCaches } from "./lib/cache/mod.ts";
import {
  Catalog,
  CatalogError,
  type CatalogModel,
  isRemoteStore,
  openStore,
  seedBuiltins,
  type SeedOptions,
} from "./lib/catalog/mod.ts";
import { type Compute, ComputeError, InProcessCompute, WorkerPool } from "./lib/compute/mod.ts";
import { type Config, ConfigError, loadConfig } from "./lib/config.ts";
import type { ImageLimits } from "./lib/image/mod.ts";
import { createLog, type Log } from "./lib/log.ts";
import { Painter, PictureService, Sources } from "./lib/pictures/mod.ts";
import { createProgress } from "./lib/progress.ts";
import { DEFAULT_SOURCE_POLICY, fetchImage, type SourcePolicy } from "./lib/source/mod.ts";
import { createApp } from "./routes/mod.ts";
import { createGreeting } from "./routes/greeting.ts";
import { LastingServer } from "./routes/lasting_server.ts";
import { listen } from "./routes/listen.ts";
import { loadPresets } from "./routes/load_presets.ts";
import type { Services } from "./routes/services.ts";

const MODELS = new URL("./models/", import.meta.url);
const STATIC = new URL("./static/", import.meta.url);

/** Milliseconds after which a KV Connect server counts as away: its client would try for ever. */
const STORE_PATIENCE = 5000;

/** Milliseconds that one built-in style may take at the start, whatever the model: ten minutes. */
const MEASURE_DEADLINE = 600_000;

/** Sources that are fetched at once even where there is little memory for what waits. */
const MIN_FETCHES = 4;

/**
 * Sources that may wait even where nothing else may: a picture is made of up to 9 (with 8 masks),
 * which may be on one host, and one host has half.
 */
const MIN_WAITING = 18;

/** Models that are installed: folders with a manifest. */
async function findModels(): Promise<Map<string, CatalogModel>> {
  const models = new Map<string, CatalogModel>();
  for await (const { name, isDirectory } of Deno.readDir(MODELS)) {
    if (!isDirectory) continue;
    const folder = new URL(`${name}/`, MODELS);
    const installed = await Deno.stat(new URL("model.json", folder)).catch(() => null);
    if (!installed) continue;
    const { version, channels, modulation } = (await loadModel(folder)).manifest;
    models.set(name, { name, version, channels, modulation });
  }
  return models;
}

async function startCompute(config: Config, models: Iterable<string>): Promise<Compute> {
  const folders = [...models].map((name) => [name, new URL(`${name}/`, MODELS).href]);
  const options = {
    pipeline: {
      models: Object.fromEntries(folders),
      provider: config.PROVIDER,
      threads: config.THREADS,
    },
    model: config.MODEL,
    queueLimit: config.QUEUE_LIMIT,
    maxBytes: config.QUEUE_BYTES,
    deadline: config.DEADLINE_MS,
  };
  return config.COMPUTE_WORKERS === 0
    ? await InProcessCompute.start(options)
    : await WorkerPool.start({ ...options, workers: config.COMPUTE_WORKERS });
}

function sourcePolicy(config: Config): SourcePolicy {
  return {
    ...DEFAULT_SOURCE_POLICY,
    allowHosts: config.SOURCE_ALLOW,
    allowAddresses: config.SOURCE_ALLOW_ADDRESSES,
    ownHosts: config.PUBLIC_URL === undefined ? [] : [new URL(config.PUBLIC_URL).host],
    maxBytes: config.MAX_SOURCE_BYTES,
  };
}

function isOneHost([first, ...others]: readonly string[]): boolean {
  return first !== undefined && !first.startsWith("*.") && others.length === 0;
}

async function start(config: Config, log: Log): Promise<void> {
  const models = await findModels();
  const model = models.get(config.MODEL);
  if (!model) throw new ConfigError([`MODEL: "${config.MODEL}" is not installed in models/`]);
  const policy = sourcePolicy(config);
  const presets = await loadPresets({ config, sourcePolicy: policy });
  if (config.PRESETS_ONLY && presets.size === 0) {
    throw new ConfigError(["PRESETS_ONLY: needs PRESETS_FILE with at least one preset"]);
  }
  const limits = { maxPixels: config.MAX_SOURCE_PIXELS, maxSide: config.MAX_SOURCE_SIDE };
  const kv = await openStore(config.KV_URL);
  const compute = await startCompute(config, models.keys());
  const catalog = await openCatalog({ config, log, kv, compute, models, model, limits });
  const sources = openSources(config, policy);
  const caches = openCaches({
    memoryBytes: config.MEMORY_CACHE_BYTES,
    redisUrl: config.REDIS_URL,
    log,
    ...(config.CACHE_PATH === "none"
      ? {}
      : { file: { path: config.CACHE_PATH, maxBytes: config.CACHE_BYTES } }),
  });
  const { cache, flight } = caches;
  const painter = new Painter({
    catalog,
    compute,
    models,
    sources,
    limits,
    sample: new URL("sample.jpg", STATIC),
  });
  const pictures = new PictureService({ painter, sources, cache, flight, log });
  const parts = { cache, catalog, compute, flight, models, pictures, presets };
  const drain = new AbortController();
  const facts = { config, log, draining: drain.signal };
  const services = { ...facts, ...parts, sourcePolicy: policy, staticFolder: STATIC };
  serve(services, {
    drain,
    greeting: await createGreeting(services),
    close: async () => {
      await pictures.idle();
      await caches.close();
      kv.close();
    },
  });
}

interface CatalogParts {
  readonly config: Config;
  readonly log: Log;
  readonly kv: Deno.Kv;
  readonly compute: Compute;
  readonly models: ReadonlyMap<string, CatalogModel>;
  readonly model: CatalogModel;
  readonly limits: ImageLimits;
}

/** The catalog with the built-in styles. */
async function openCatalog(parts: CatalogParts): Promise<Catalog> {
  const { config, log, kv, compute, models, model, limits } = parts;
  // Nobody waits for a picture at the start: `DEADLINE_MS` holds from the first request on.
  let deadline: number | undefined = MEASURE_DEADLINE;
  const catalog = new Catalog({
    kv,
    log,
    ...(isRemoteStore(config.KV_URL) ? { patience: STORE_PATIENCE } : {}),
    analyze: (source, { name }, options) =>
      compute.run({ kind: "analyze", source, limits, model: name }, { ...options, deadline }),
  });
  await seed(catalog, {
    folder: new URL("styles/", STATIC),
    model,
    others: [...models.values()].filter((other) => other !== model),
    lanes: Math.max(1, config.COMPUTE_WORKERS),
    onProgress: createProgress("styles", Deno.stderr),
  });
  deadline = undefined;
  return catalog;
}

function openSources(config: Config, policy: SourcePolicy): Sources {
  return new Sources({
    fetch: (url, options) => fetchImage(url, policy, options),
    maxBytes: config.SOURCE_CACHE_BYTES,
    maxFetches: Math.max(MIN_FETCHES, Math.floor(config.QUEUE_BYTES / config.MAX_SOURCE_BYTES)),
    maxWaiting: Math.max(MIN_WAITING, config.QUEUE_LIMIT),
    // Where there is no other host, none has to be protected.
    ...(isOneHost(config.SOURCE_ALLOW) ? { hostShare: 1 } : {}),
  });
}

/** Puts the built-in styles into the catalog; what the model cannot measure is told in one line. */
async function seed(catalog: Catalog, options: SeedOptions): Promise<void> {
  try {
    await seedBuiltins(catalog, options);
  } catch (error) {
    if (!(error instanceof ComputeError || error instanceof AdainError)) throw error;
    const { name } = options.model;
    throw new ConfigError([`MODEL: "${name}" cannot measure the styles: ${error.message}`]);
  }
}

interface ServeOptions {
  /** Tells the services that the end is near. */
  readonly drain: AbortController;
  /** What is said of the service that listens on a port. */
  readonly greeting: (port: number) => string;
  /** Ends what the service uses. */
  readonly close: () => Promise<void>;
}

function serve(services: Services, { drain, greeting, close }: ServeOptions): void {
  const { config: { DRAIN_MS }, log } = services;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stop = async (): Promise<void> => {
    clearTimeout(waiting);
    // A further signal ends the process at once, as everywhere.
    Deno.removeSignalListener("SIGINT", stop);
    Deno.removeSignalListener("SIGTERM", retire);
    await server.shutdown();
    await close();
    log("info", "stopped");
    // Workers end with the process. One that is terminated unloads the graphics drivers of its
    // WebGPU, and a process that ends meanwhile calls into what is no longer there.
    Deno.exit();
  };
  // Whoever sends requests here is to notice first. A second signal ends the wait.
  const retire = async (): Promise<void> => {
    if (DRAIN_MS === 0 || drain.signal.aborted) return await stop();
    drain.abort();
    waiting = setTimeout(stop, DRAIN_MS);
  };
  // Before anybody is told of the service, who may stop it at once.
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", retire);
  const { fetch } = createApp(services);
  const server = new LastingServer(() => listen(services.config, fetch), log);
  write(Deno.stdout, greeting(server.port));
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) {
  try {
    const config = loadConfig((name) => Deno.env.get(name));
    const log = createLog(config.LOG_LEVEL, (line) => write(Deno.stderr, `${line}\n`));
    await start(config, log);
  } catch (error) {
    const isKnown = error instanceof ConfigError || error instanceof CatalogError;
    write(Deno.stderr, `${isKnown ? error.message : Deno.inspect(error)}\n`);
    // Not by throwing, which would end the workers first: see `stop`.
    Deno.exit(1);
  }
}
