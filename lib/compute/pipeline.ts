import { loadModel, type Provider, type Statistics, STYLE_SIDE, Stylizer } from "../adain/mod.ts";
import { decode, probe, resize } from "../image/mod.ts";
import { animate, animatePlain } from "./animate.ts";
import { ContentCache } from "./content_cache.ts";
import { describe } from "./describe.ts";
import { ComputeError } from "./errors.ts";
import type { Analysis, AnalyzeJob, Job, JobResult, PaintJob, Picture } from "./job.ts";
import { paintPlain, paintStill } from "./paint.ts";
import type { Tools } from "./prepare.ts";
import { paintSheet } from "./sheet.ts";
import { StageClock } from "./stage_clock.ts";

/** How the models are run; plain data, so that it can be sent to a worker. */
export interface PipelineOptions {
  /** Folder URLs of the installed models by name. */
  readonly models: Readonly<Record<string, string>>;
  /** Where the graphs run. */
  readonly provider: Provider;
  /** WASM threads of one run. */
  readonly threads: number;
}

/** Does jobs one by one, wherever it is: in a worker or in the server's own thread. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #stylizers = new Map<string, Promise<Stylizer>>();
  readonly #contents = new ContentCache();

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
  async run(job: Job, signal: AbortSignal): Promise<JobResult<Job>> {
    const clock = new StageClock(signal);
    switch (job.kind) {
      case "paint":
        return await this.#paint(job, clock);
      case "sheet":
        return await paintSheet(job, await this.#tools(job.model, clock));
      case "describe":
        return await describe(job, clock);
      case "analyze":
        return await this.#analyze(job, clock);
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
    this.#contents.clear();
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
    const { provider, threads } = this.#options;
    return await Stylizer.open(await loadModel(new URL(folder)), { provider, threads });
  }

  async #tools(model: string, clock: StageClock): Promise<Tools> {
    return { stylizer: await this.open(model), clock, contents: this.#contents };
  }

  async #paint(job: PaintJob, clock: StageClock): Promise<Picture> {
    const { target } = job;
    const animated = job.output.animated && probe(job.source).frames > 1;
    if (!target) return await (animated ? animatePlain(job, clock) : paintPlain(job, clock));
    const tools = await this.#tools(job.model, clock);
    return await (animated ? animate(job, target, tools) : paintStill(job, target, tools));
  }

  async #analyze(job: AnalyzeJob, clock: StageClock): Promise<Analysis> {
    const source = await clock.time("decode", () => decode(job.source, job.limits));
    const longest = Math.max(source.width, source.height);
    const factor = Math.min(1, STYLE_SIDE / longest);
    const scaled = (side: number): number => Math.max(1, Math.round(side * factor));
    const size = { width: scaled(source.width), height: scaled(source.height) };
    const style = await clock.time("resize", () => resize(source, size));
    const stylizer = await this.open(job.model);
    const statistics: Statistics = await clock.time("encode", () => stylizer.analyze(style));
    return { statistics, width: source.width, height: source.height };
  }
}
