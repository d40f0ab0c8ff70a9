import { type Catalog, type CatalogModel, versionOf } from "../catalog/mod.ts";
import {
  type Compute,
  ComputeError,
  type JobTarget,
  type PaintJob,
  type Picture,
} from "../compute/mod.ts";
import { type ImageLimits, probe } from "../image/mod.ts";
import type { PictureRequest, PictureSource, StyleChoice } from "./request.ts";

/** Raised when the same pixels would be encoded differently: it is part of every ETag. */
const ENCODER_VERSION = "1";

/** Bytes per decoded pixel that a job holds: source, resized copy and result in RGBA. */
const BYTES_PER_PIXEL = 12;

/** What a {@linkcode PictureService} works with. */
export interface PictureServiceOptions {
  /** Styles and their statistics. */
  readonly catalog: Catalog;
  /** Where pictures are computed. */
  readonly compute: Compute;
  /** Installed models by name. */
  readonly models: ReadonlyMap<string, CatalogModel>;
  /** Fetches a picture by its URL. */
  readonly fetchSource: (url: string, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;
  /** The picture that ships with the service. */
  readonly sample: URL;
  /** What of a source is allowed. */
  readonly limits: ImageLimits;
}

/** A picture that is known but not painted. */
export interface PreparedPicture {
  /** Strong entity tag (RFC 9110 section 8.8.3), quotes included. */
  readonly etag: string;
  /** Milliseconds spent fetching. */
  readonly fetchTime: number;
  /**
   * Paints it.
   *
   * @param signal The caller is gone.
   * @returns The picture.
   */
  paint(signal: AbortSignal): Promise<Picture>;
}

/** Turns requests into pictures: source, styles, compute. */
export class PictureService {
  readonly #options: PictureServiceOptions;

  /** @param options The parts. */
  constructor(options: PictureServiceOptions) {
    this.#options = options;
  }

  /**
   * Finds out whether a request can be served, without fetching or computing.
   *
   * @param request The request.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`.
   */
  async check(request: Pick<PictureRequest, "model" | "style">): Promise<void> {
    this.#model(request.model);
    await this.#styleVersions(request.style);
  }

  /**
   * Fetches what a picture is made of, as far as its entity tag needs it.
   *
   * @param request The request.
   * @param signal The caller is gone.
   * @returns The picture, not painted yet.
   * @throws {CatalogError} `unknown_style`.
   * @throws {ComputeError} `unknown_model`.
   * @throws {SourceError} If a source cannot be had.
   * @throws {ImageError} If the source is refused by its header.
   */
  async prepare(request: PictureRequest, signal: AbortSignal): Promise<PreparedPicture> {
    const model = this.#model(request.model);
    const versions = await this.#styleVersions(request.style);
    const start = performance.now();
    const [source, stylePicture] = await Promise.all([
      this.#read(request.source, signal),
      request.style.kind === "picture" ? this.#read(request.style.source, signal) : undefined,
    ]);
    const fetchTime = performance.now() - start;
    const { width, height } = probe(source);
    const etag = await entityTag([
      { ...request, source: await versionOf(source), style: request.style.kind },
      stylePicture ? await versionOf(stylePicture) : versions,
      request.style.kind === "none" ? "" : model.version,
      ENCODER_VERSION,
    ]);
    const paint = async (until: AbortSignal): Promise<Picture> => {
      const target = await this.#target(request, { model, stylePicture });
      const job: PaintJob = {
        kind: "paint",
        source,
        limits: this.#options.limits,
        geometry: request.geometry,
        model: request.model,
        output: request.output,
        ...(target ? { target } : {}),
      };
      const bytes = source.length + BYTES_PER_PIXEL * width * height;
      return await this.#options.compute.run(job, { signal: until, bytes });
    };
    return { etag, fetchTime, paint };
  }

  #model(name: string): CatalogModel {
    const model = this.#options.models.get(name);
    if (model) return model;
    const installed = [...this.#options.models.keys()].join(", ");
    throw new ComputeError(
      "unknown_model",
      `There is no model "${name.slice(0, 80)}"; installed: ${installed}`,
    );
  }

  async #styleVersions(style: StyleChoice): Promise<readonly (string | number)[]> {
    if (style.kind !== "catalog") return [];
    const records = style.styles.map(async ({ id, weight }) => {
      const { version } = await this.#options.catalog.get(id);
      return [version, weight];
    });
    return (await Promise.all(records)).flat();
  }

  async #read(source: PictureSource, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    if ("bytes" in source) return source.bytes;
    return "sample" in source
      ? await Deno.readFile(this.#options.sample)
      : await this.#options.fetchSource(source.url, signal);
  }

  async #target(
    request: PictureRequest,
    parts: {
      readonly model: CatalogModel;
      readonly stylePicture: Uint8Array<ArrayBuffer> | undefined;
    },
  ): Promise<JobTarget | undefined> {
    const { catalog } = this.#options;
    const { alpha, colour, style } = request;
    const { model, stylePicture } = parts;
    if (stylePicture) {
      const { statistics } = await catalog.statisticsOf(stylePicture, model);
      return { styles: [{ statistics, weight: 1 }], alpha, colour };
    }
    if (style.kind !== "catalog") return undefined;
    const styles = await Promise.all(style.styles.map(async ({ id, weight }) => {
      const statistics = await catalog.statistics(await catalog.get(id), model);
      return { statistics, weight };
    }));
    return { styles, alpha, colour };
  }
}

async function entityTag(parts: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `"${digest.toBase64({ alphabet: "base64url", omitPadding: true }).slice(0, 22)}"`;
}
