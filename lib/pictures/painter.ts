import type { Statistics } from "../adain/mod.ts";
import { type Catalog, type CatalogModel, versionOf } from "../catalog/mod.ts";
import {
  type Compute,
  ComputeError,
  type Description,
  type JobTarget,
  type Picture,
} from "../compute/mod.ts";
import { assertSize, type ImageLimits, probe } from "../image/mod.ts";
import { naming } from "../naming.ts";
import { costOf } from "./cost.ts";
import { namedContent, namedMasks, type NamedSource, namedStyle } from "./named_source.ts";
import { sharedOf } from "./shared_of_jobs.ts";
import type { Materials, Plan } from "./plan.ts";
import type { PictureRequest, PictureSource, SheetRequest } from "./request.ts";
import { Sample } from "./sample.ts";
import type { Sources, StoredSource } from "./sources.ts";

/** Raised when the same pixels would be encoded differently: it is part of every ETag. */
const ENCODER_VERSION = "8";

/** What a {@linkcode Painter} works with. */
export interface PainterOptions {
  /** Styles and their statistics. */
  readonly catalog: Catalog;
  /** Where pictures are computed. */
  readonly compute: Compute;
  /** Installed models by name. */
  readonly models: ReadonlyMap<string, CatalogModel>;
  /** Pictures by their URLs. */
  readonly sources: Sources;
  /** The picture that ships with the service. */
  readonly sample: URL;
  /** What of a source is allowed. */
  readonly limits: ImageLimits;
}

/** Finds what a request needs and has it painted. */
export class Painter {
  readonly #options: PainterOptions;
  readonly #sample: Sample;

  /** @param options The parts. */
  constructor(options: PainterOptions) {
    this.#options = options;
    this.#sample = new Sample(options.sample);
  }

  /**
   * Finds out whether a request can be served, without fetching or computing.
   *
   * @param request The model and the style.
   * @returns What the picture depends on besides its materials.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`.
   */
  async plan(request: Pick<PictureRequest, "model" | "style">): Promise<Plan> {
    const model = this.#model(request.model);
    const { style } = request;
    const choice = style.kind === "catalog" ? style.styles : [];
    const styles = await Promise.all(choice.map(({ id }) => this.#options.catalog.get(id)));
    const weighed = styles.flatMap(({ version }, k) => [version, choice[k]?.weight ?? 0]);
    const used = style.kind === "none" ? "" : model.version;
    return { model, styles, versions: [ENCODER_VERSION, used, ...weighed] };
  }

  /**
   * Whether a plan still holds, as far as that is known without waiting.
   *
   * @param plan A plan of before.
   * @returns False where a style has changed, or has to be looked up again.
   */
  isCurrent({ styles }: Plan): boolean {
    const { catalog } = this.#options;
    return styles.every(({ id, version }) => catalog.recent(id)?.version === version);
  }

  /**
   * Gets the pictures that a request is made of, and refuses what is no picture by its header.
   * Errors say which picture they are about.
   *
   * @param request The request.
   * @param signal The caller is gone.
   * @returns The pictures.
   * @throws {SourceError} If one cannot be had.
   * @throws {ImageError} If one is refused by its header.
   */
  async gather(
    request: Pick<PictureRequest, "masks" | "source" | "style">,
    signal: AbortSignal,
  ): Promise<Materials> {
    const contentSource = namedContent(request.source);
    const styleSource = namedStyle(request.style);
    const maskSources = namedMasks(request.masks);
    const all = [contentSource, ...(styleSource ? [styleSource] : []), ...maskSources];
    for (const { name, source } of all) {
      // What is here already is refused before anything is fetched.
      if ("bytes" in source) await naming(name, () => this.#assertAllowed(source));
    }
    const read = ({ name, source }: NamedSource) =>
      naming(name, async () => {
        const stored = await this.#read(source, signal);
        this.#assertAllowed(stored);
        return stored;
      });
    const [content, style, ...masks] = await Promise.all([
      read(contentSource),
      styleSource && read(styleSource),
      ...maskSources.map(read),
    ]);
    return { content, masks, ...(style ? { style } : {}) };
  }

  /**
   * Paints one picture.
   *
   * @param request The request.
   * @param parts What {@linkcode plan} and {@linkcode gather} gave.
   * @param signal The caller is gone.
   * @returns The encoded picture.
   */
  async paint(
    request: PictureRequest,
    { plan, materials }: { readonly plan: Plan; readonly materials: Materials },
    signal: AbortSignal,
  ): Promise<Picture> {
    const { content } = materials;
    const { geometry, output } = request;
    const target = await this.#target(request, { plan, materials }, signal);
    const job = {
      kind: "paint",
      ...sharedOf(request, { content, version: plan.model.version, limits: this.#options.limits }),
      ...(target ? { target } : {}),
    } as const;
    return await this.#options.compute.run(job, {
      signal,
      bytes: costOf(content, { geometry, animated: output.animated, masks: materials.masks }),
    });
  }

  /**
   * Paints one content in many styles, as one picture.
   *
   * @param request The request.
   * @param parts What {@linkcode plan} and {@linkcode gather} gave.
   * @param signal The caller is gone.
   * @returns The encoded picture.
   */
  async paintSheet(
    request: SheetRequest,
    { plan, materials: { content } }: { readonly plan: Plan; readonly materials: Materials },
    signal: AbortSignal,
  ): Promise<Picture> {
    const { model, styles } = plan;
    const { alpha, colour } = request;
    const targets = await Promise.all(styles.map(async (record) => {
      const statistics = await this.#options.catalog.statistics(record, model);
      return { styles: [{ statistics, weight: 1 }], alpha, colour, masks: [] };
    }));
    const job = {
      kind: "sheet",
      ...sharedOf(request, { content, version: model.version, limits: this.#options.limits }),
      columns: request.columns,
      targets,
    } as const;
    const bytes = costOf(content, { geometry: job.geometry, cells: targets.length });
    return await this.#options.compute.run(job, { signal, bytes });
  }

  /**
   * Looks at a picture.
   *
   * @param bytes The encoded picture, of `url` or painted of it.
   * @param signal The caller is gone.
   * @returns Its colours and placeholders.
   */
  async describe(bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Description> {
    const { limits } = this.#options;
    const job = { kind: "describe", source: bytes, name: "url", limits } as const;
    this.#assertAllowed({ bytes });
    return await this.#options.compute.run(job, { signal, bytes: costOf({ bytes }) });
  }

  #model(name: string): CatalogModel {
    const model = this.#options.models.get(name);
    if (model) return model;
    const installed = [...this.#options.models.keys()].join(", ");
    const text = `There is no model "${name.slice(0, 80)}"; installed: ${installed}`;
    throw new ComputeError("unknown_model", text);
  }

  #assertAllowed({ bytes }: { readonly bytes: Uint8Array }): void {
    assertSize(probe(bytes), this.#options.limits);
  }

  async #read(source: PictureSource, signal: AbortSignal): Promise<StoredSource> {
    if ("url" in source) return await this.#options.sources.get(source.url, signal);
    if ("sample" in source) return await this.#sample.get();
    return { bytes: source.bytes, version: await versionOf(source.bytes), freshUntil: 0 };
  }

  async #target(
    request: PictureRequest,
    { plan, materials }: { readonly plan: Plan; readonly materials: Materials },
    signal: AbortSignal,
  ): Promise<JobTarget | undefined> {
    if (request.style.kind === "none") return undefined;
    const masks = materials.masks.map(({ bytes }) => bytes);
    const named = namedStyle(request.style);
    const { style } = materials;
    if (!named || !style) return { ...await this.#blend(request, plan), masks };
    const { alpha, colour } = request;
    const statistics = await naming(named.name, () => this.#analyze(style, plan.model, signal));
    return { styles: [{ statistics, weight: 1 }], alpha, colour, masks };
  }

  async #analyze(
    style: StoredSource,
    model: CatalogModel,
    signal: AbortSignal,
  ): Promise<Statistics> {
    const options = { signal, bytes: costOf(style) };
    try {
      return (await this.#options.catalog.statisticsOf(style.bytes, model, options)).statistics;
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new ComputeError("aborted", "The caller left", { cause });
    }
  }

  /** With the styles as they were planned: the picture is kept under their versions. */
  async #blend(
    { style, alpha, colour }: PictureRequest,
    { model, styles: records }: Plan,
  ): Promise<JobTarget> {
    const choice = style.kind === "catalog" ? style.styles : [];
    const styles = await Promise.all(records.map(async (record, k) => {
      const statistics = await this.#options.catalog.statistics(record, model);
      return { statistics, weight: choice[k]?.weight ?? 0 };
    }));
    return { styles, alpha, colour, masks: [] };
  }
}
