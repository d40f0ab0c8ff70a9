import { type CacheEntry, memoryCache } from "../../lib/cache/mod.ts";
import { Catalog, type CatalogModel } from "../../lib/catalog/mod.ts";
import type {
  Compute,
  Job,
  JobResult,
  PaintJob,
  Picture,
  RunOptions,
  SheetJob,
} from "../../lib/compute/mod.ts";
import { loadConfig } from "../../lib/config.ts";
import { DEFAULT_LIMITS } from "../../lib/image/mod.ts";
import { Painter, PictureService, Sources } from "../../lib/pictures/mod.ts";
import { localSingleFlight } from "../../lib/single_flight.ts";
import { DEFAULT_SOURCE_POLICY, type SourceImage } from "../../lib/source/mod.ts";
import { createApp } from "../../routes/mod.ts";
import type { Presets } from "../../routes/presets.ts";
import type { Services } from "../../routes/services.ts";

/** The administration token of the test apps. */
export const TOKEN = "a-token-for-tests-only";

const MODEL: CatalogModel = { name: "fast", version: "v1", channels: 4 };

/** Compute that records its jobs and answers at once with a body that names the job. */
export class FakeCompute implements Compute {
  /** Every job that was run, in order. */
  readonly jobs: Job[] = [];
  /** The bytes that each of them was said to hold. */
  readonly held: (number | undefined)[] = [];
  /** Thrown instead of an answer. */
  failure: Error | undefined;
  /** The body of every picture. */
  body: Uint8Array<ArrayBuffer> = new TextEncoder().encode("a picture");
  /** Pictures wait for this. */
  gate: Promise<void> = Promise.resolve();
  /** Workers that pretend to be ready. */
  ready = 1;

  run<J extends Job>(job: J, options?: RunOptions): Promise<JobResult<J>>;
  run(job: Job, options?: RunOptions): Promise<unknown> {
    this.jobs.push(job);
    this.held.push(options?.bytes);
    if (this.failure) return Promise.reject(this.failure);
    const statistics = { mean: new Float32Array(4), std: new Float32Array(4).fill(1) };
    switch (job.kind) {
      case "analyze":
        return Promise.resolve({ statistics, width: 3, height: 2 });
      case "describe":
        return Promise.resolve({ colours: [], thumbhash: "", blurhash: "", placeholder: "" });
      default:
        return this.#picture(job);
    }
  }

  async #picture(job: PaintJob | SheetJob): Promise<Picture> {
    await this.gate;
    const { format } = job.output;
    return {
      body: this.body,
      format: format === "auto" ? "jpeg" : format.startsWith("auto") ? "webp" : format as "png",
      width: 10,
      height: 5,
      times: { decode: 1.25, adain: 2 },
      encoderRuns: 1,
    };
  }

  /** The paint jobs that were run. */
  get painted(): PaintJob[] {
    return this.jobs.filter((job) => job.kind === "paint");
  }

  status(): ReturnType<Compute["status"]> {
    return { ready: this.ready, running: 0, waiting: 0, replaced: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** An app on fakes, and what its tests look at. */
export interface TestApp extends AsyncDisposable {
  /** Sends a request to the app. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Answers requests, for a server. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Where jobs end up. */
  readonly compute: FakeCompute;
  /** The styles; `mosaic` and `waves` are there. */
  readonly catalog: Catalog;
  /** URLs that were fetched. */
  readonly fetched: string[];
  /** Log lines. */
  readonly lines: string[];
  /** Aborting it tells the app that it will be stopped. */
  readonly drain: AbortController;
  /** The real service of pictures. */
  readonly pictures: PictureService;
  /** The clock of caches and sources, in milliseconds since the epoch. */
  readonly time: { now: number };
}

/** How a test app differs from the usual one. */
export interface TestAppOptions {
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Answers for sources; the usual one gives {@linkcode PIXEL}. */
  readonly fetchSource?: (url: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** The rest of the answers for sources. */
  readonly sourceHeaders?: Partial<SourceImage>;
  /** Whether purges of other instances may be unknown. */
  readonly mayMissPurges?: () => boolean;
  /** Named sets of parameters. */
  readonly presets?: Presets;
  /** Models besides `fast`. */
  readonly models?: readonly CatalogModel[];
}

/** A PNG of one pixel. */
export const PIXEL: Uint8Array<ArrayBuffer> = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
);

/**
 * Builds the real app on a real catalog in memory, with fake compute and sources.
 *
 * @param options Settings and sources.
 * @returns The app; dispose it.
 */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const kv = await Deno.openKv(":memory:");
  const compute = new FakeCompute();
  const fetched: string[] = [];
  const lines: string[] = [];
  const drain = new AbortController();
  const time = { now: Date.now() };
  const env: Record<string, string> = { ADMIN_TOKEN: TOKEN, ...options.env };
  const config = loadConfig((name) => env[name]);
  const catalog = new Catalog({
    kv,
    // No test looks at a style that another instance has changed.
    recordLife: Infinity,
    analyze: (source, { name }, options) =>
      compute.run({ kind: "analyze", source, limits: DEFAULT_LIMITS, model: name }, options),
  });
  for (const id of ["mosaic", "waves"]) {
    const picture = new TextEncoder().encode(id);
    await catalog.put(id, picture, { metadata: { title: id }, origin: "builtin", model: MODEL });
  }
  compute.jobs.length = 0;
  compute.held.length = 0;
  const models = new Map([MODEL, ...options.models ?? []].map((model) => [model.name, model]));
  const staticFolder = new URL("../../static/", import.meta.url);
  const log: Services["log"] = (level, message) => void lines.push(`${level} ${message}`);
  const clock = (): number => time.now;
  const sources = new Sources({
    maxBytes: 1_000_000,
    maxFetches: 8,
    maxWaiting: 8,
    clock,
    fetch: async (url) => {
      fetched.push(url);
      const bytes = await options.fetchSource?.(url) ?? PIXEL;
      return { bytes, ...options.sourceHeaders };
    },
  });
  const sample = new URL("sample.jpg", staticFolder);
  const limits = DEFAULT_LIMITS;
  const painter = new Painter({ catalog, compute, models, sources, limits, sample });
  const { mayMissPurges = () => false } = options;
  const cache = Object.assign(memoryCache({ maxBytes: 1_000_000, clock }), { mayMissPurges });
  const flight = localSingleFlight<CacheEntry>();
  const pictures = new PictureService({ painter, sources, cache, flight, log, clock });
  const app = createApp({
    cache,
    catalog,
    compute,
    config,
    draining: drain.signal,
    flight,
    log,
    models,
    pictures,
    presets: options.presets ?? new Map(),
    sourcePolicy: { ...DEFAULT_SOURCE_POLICY, allowHosts: config.SOURCE_ALLOW },
    staticFolder,
  });
  return {
    request: (path, init) => Promise.resolve(app.request(path, init)),
    fetch: (request) => app.fetch(request),
    compute,
    catalog,
    fetched,
    lines,
    drain,
    pictures,
    time,
    [Symbol.asyncDispose]: () => Promise.resolve(kv.close()),
  };
}
