import {
  loadModel,
  type Provider,
  type Statistics,
  Stylizer,
  type StylizerOptions,
} from "../adain/mod.ts";
import {
  crop,
  decode,
  encode,
  type OutputFormat,
  pad,
  type Pixels,
  planGeometry,
  resize,
} from "../image/mod.ts";
import { ComputeError } from "./errors.ts";
import type {
  Analysis,
  AnalyzeJob,
  Job,
  JobResult,
  PaintJob,
  Picture,
  Stage,
  StageTimes,
} from "./job.ts";

/** How the models are run; plain data, so that it can be sent to a worker. */
export interface PipelineOptions {
  /** Folder URLs of the installed models by name. */
  readonly models: Readonly<Record<string, string>>;
  /** Where the graphs run. */
  readonly provider: Provider;
  /** WASM threads of one run. */
  readonly threads: number;
  /** The most pixels of one run. */
  readonly maxRunPixels?: number;
}

/** Longest side at which a style picture is analysed: what the models were trained for. */
const STYLE_SIDE = 512;

/** Does jobs one by one, wherever it is: in a worker or in the server's own thread. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #stylizers = new Map<string, Promise<Stylizer>>();

  /** @param options Models and how to run them; a model is opened when it is first needed. */
  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /**
   * Does one job.
   *
   * @param job The job.
   * @param signal Stops between stages.
   * @returns The job's result.
   * @throws {ImageError} If the picture is refused.
   * @throws {AdainError} If the target is refused or the model fails.
   * @throws {ComputeError} `unknown_model`, or `aborted`.
   */
  async run<J extends Job>(job: J, signal: AbortSignal): Promise<JobResult<J>>;
  async run(job: Job, signal: AbortSignal): Promise<Picture | Analysis> {
    switch (job.kind) {
      case "paint":
        return await this.#paint(job, signal);
      case "analyze":
        return await this.#analyze(job, signal);
    }
  }

  /**
   * Opens a model ahead of its first job.
   *
   * @param name An installed model.
   * @returns The stylizer; it stays owned by the pipeline.
   * @throws {ComputeError} `unknown_model`.
   */
  open(name: string): Promise<Stylizer> {
    const known = this.#stylizers.get(name);
    if (known) return known;
    const opening = this.#open(name);
    this.#stylizers.set(name, opening);
    // A model that did not open is tried again by the next job.
    opening.catch(() => this.#stylizers.delete(name));
    return opening;
  }

  /** Releases all models. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#stylizers.values());
    this.#stylizers.clear();
    for (const result of opened) {
      if (result.status === "fulfilled") await result.value.dispose();
    }
  }

  async #open(name: string): Promise<Stylizer> {
    const folder = this.#options.models[name];
    if (folder === undefined) {
      throw new ComputeError("unknown_model", `Cannot use the model "${name}": not installed`);
    }
    const { provider, threads, maxRunPixels } = this.#options;
    const options: StylizerOptions = {
      provider,
      threads,
      ...(maxRunPixels === undefined ? {} : { maxRunPixels }),
    };
    return await Stylizer.open(await loadModel(new URL(folder)), options);
  }

  async #paint(job: PaintJob, signal: AbortSignal): Promise<Picture> {
    const clock = new StageClock(signal);
    const source = await clock.time("decode", () => decode(job.source, job.limits));
    const plan = planGeometry(source, job.geometry);
    const content = await clock.time("resize", () => resize(crop(source, plan.crop), plan.size));
    const painted = job.target ? await this.#stylize(content, job, clock) : { picture: content };
    const placed = pad(painted.picture, plan.canvas);
    const format = job.output.format === "auto" ? safeFormat(placed) : job.output.format;
    const body = await clock.time("output", () => encode(placed, { ...job.output, format }));
    return {
      body,
      format,
      width: placed.width,
      height: placed.height,
      times: clock.times,
      encoderRuns: painted.encoderRuns ?? 0,
    };
  }

  async #stylize(
    content: Pixels,
    job: PaintJob,
    clock: StageClock,
  ): Promise<{ picture: Pixels; encoderRuns?: number }> {
    const { target } = job;
    if (!target) return { picture: content };
    const stylizer = await this.open(job.model);
    const before = stylizer.encoderRuns;
    const encoded = await clock.time("encode", () => stylizer.encode(content, clock.signal));
    try {
      const picture = await clock.time(
        "adain",
        () => stylizer.decode(encoded, target, clock.signal),
      );
      return { picture, encoderRuns: stylizer.encoderRuns - before };
    } finally {
      encoded.dispose();
    }
  }

  async #analyze(job: AnalyzeJob, signal: AbortSignal): Promise<Analysis> {
    const source = await decode(job.source, job.limits);
    signal.throwIfAborted();
    const longest = Math.max(source.width, source.height);
    const factor = Math.min(1, STYLE_SIDE / longest);
    const scaled = (side: number): number => Math.max(1, Math.round(side * factor));
    const style = await resize(source, {
      width: scaled(source.width),
      height: scaled(source.height),
    });
    signal.throwIfAborted();
    const statistics: Statistics = await (await this.open(job.model)).analyze(style);
    return { statistics, width: source.width, height: source.height };
  }
}

/** The format that every client shows: PNG where the picture is transparent, else JPEG. */
function safeFormat({ data }: Pixels): OutputFormat {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return "png";
  return "jpeg";
}

/** Times stages and lets an abort in between them. */
class StageClock {
  readonly signal: AbortSignal;
  readonly #times: Partial<Record<Stage, number>> = {};

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  get times(): StageTimes {
    return this.#times;
  }

  async time<T>(stage: Stage, task: () => Promise<T>): Promise<T> {
    await nextTurn();
    if (this.signal.aborted) throw new ComputeError("aborted", `Stopped before ${stage}`);
    const start = performance.now();
    const result = await task();
    this.#times[stage] = performance.now() - start;
    return result;
  }
}

/** Lets messages in: an abort that was posted to a worker is seen only between turns. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
