import { type Affine, affine, assertAlpha } from "./affine.ts";
import { blend, type WeightedStatistics } from "./blend.ts";
import { keepContentColour } from "./colour.ts";
import { copyGrid, encodeContent, type EncodedContent } from "./content.ts";
import { AdainError } from "./errors.ts";
import type { Manifest, Model } from "./manifest.ts";
import { completeMasks, type Mask, maskedAffine, resizeMask } from "./masks.ts";
import { type Features, Runtime, type RuntimeOptions } from "./onnx.ts";
import { fromPlanar, type RgbaImage } from "./planar.ts";
import { assertStatistics, type Statistics } from "./statistics.ts";
import type { Tile } from "./tiles.ts";

/**
 * Pixels of one run unless said otherwise: 1024 x 1024. A run of `fast` then needs about 200 MB for
 * its largest maps; larger pictures are cut into exact tiles.
 */
export const DEFAULT_RUN_PIXELS: number = 1024 * 1024;

/** How a {@linkcode Stylizer} runs. */
export interface StylizerOptions extends RuntimeOptions {
  /** The most pixels of one run, at least 256 x 256. Default {@linkcode DEFAULT_RUN_PIXELS}. */
  readonly maxRunPixels?: number;
}

/** What a picture is to become. */
export interface Target {
  /** One to eight styles with weights; they are blended, or painted into `masks`. */
  readonly styles: readonly WeightedStatistics[];
  /** Content–style trade-off, 0..1. Default 1. */
  readonly alpha?: number;
  /** `content` keeps the content's colours and takes only the style's luma. Default `style`. */
  readonly colour?: "style" | "content";
  /** With K styles: K or K-1 soft regions in their order; the rest goes to the last style. */
  readonly masks?: readonly Mask[];
}

/**
 * Paints pictures in styles with one open model (AdaIN, Huang & Belongie, ICCV 2017).
 *
 * @example Stylise a picture
 * ```ts
 * import { loadModel, Stylizer } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const model = await loadModel(new URL("../../models/fast/", import.meta.url));
 * const stylizer = await Stylizer.open(model);
 * const content = { width: 40, height: 30, data: new Uint8ClampedArray(4 * 40 * 30).fill(200) };
 * const style = { width: 64, height: 64, data: new Uint8ClampedArray(4 * 64 * 64).fill(90) };
 * const statistics = await stylizer.analyze(style);
 * const picture = await stylizer.stylize(content, { styles: [{ statistics }], alpha: 0.8 });
 * assert.deepEqual([picture.width, picture.height], [40, 30]);
 * await stylizer.dispose();
 * ```
 */
export class Stylizer {
  /** The open model. */
  readonly manifest: Manifest;
  readonly #runtime: Runtime;
  readonly #maxRunPixels: number;
  #encoderRuns = 0;

  private constructor(runtime: Runtime, manifest: Manifest, maxRunPixels: number) {
    this.#runtime = runtime;
    this.manifest = manifest;
    this.#maxRunPixels = maxRunPixels;
  }

  /**
   * Opens a model.
   *
   * @param model What `loadModel` gave.
   * @param options Provider, threads and the largest run.
   * @returns The stylizer; `dispose` it.
   * @throws {AdainError} `provider_unavailable` or `model_damaged`.
   */
  static async open(model: Model, options: StylizerOptions = {}): Promise<Stylizer> {
    const maxRunPixels = options.maxRunPixels ?? DEFAULT_RUN_PIXELS;
    if (!(maxRunPixels >= 256 * 256)) {
      throw new RangeError(
        `Cannot run ${maxRunPixels} pixels at a time: at least 65536 are needed`,
      );
    }
    return new Stylizer(await Runtime.open(model, options), model.manifest, maxRunPixels);
  }

  /** Where the graphs run. */
  get provider(): "wasm" | "webgpu" {
    return this.#runtime.provider;
  }

  /** How many pictures were encoded since `open`, contents and styles alike. */
  get encoderRuns(): number {
    return this.#encoderRuns;
  }

  /**
   * Computes the statistics of a style picture.
   *
   * @param style The picture; about 512 pixels a side is what the models were trained for.
   * @returns Its statistics, valid for this model version only.
   * @throws {AdainError} `run_failed`.
   */
  async analyze(style: RgbaImage): Promise<Statistics> {
    const encoded = await this.encode(style);
    encoded.dispose();
    return encoded.statistics;
  }

  /**
   * Encodes a content once, for any number of {@linkcode decode} calls.
   *
   * @param content The picture, any size from 1 x 1.
   * @param signal Stops between tiles.
   * @returns The encoded content; `dispose` it.
   * @throws {AdainError} `run_failed`; or the signal's reason.
   */
  encode(content: RgbaImage, signal?: AbortSignal): Promise<EncodedContent> {
    assertImage(content);
    this.#encoderRuns++;
    const options = { manifest: this.manifest, maxRunPixels: this.#maxRunPixels, signal };
    return encodeContent(this.#runtime, content, options);
  }

  /**
   * Applies AdaIN and decodes.
   *
   * @param content What {@linkcode encode} gave.
   * @param target Styles, alpha, colour and masks.
   * @param signal Stops between tiles.
   * @returns A picture of exactly the content's size, with the content's alpha channel.
   * @throws {AdainError} `invalid_target`, `invalid_statistics`, `model_mismatch` or `run_failed`.
   */
  async decode(
    content: EncodedContent,
    target: Target,
    signal?: AbortSignal,
  ): Promise<RgbaImage> {
    const map = await this.#map(content, target);
    const { image } = content;
    const result = { width: image.width, height: image.height, data: image.data.slice() };
    for (const tile of content.tiles) {
      signal?.throwIfAborted();
      await this.#decodeTile(content, { tile, map, result });
    }
    if (target.colour === "content") keepContentColour(result, image);
    return result;
  }

  /**
   * Paints one picture.
   *
   * @param content The picture, any size from 1 x 1.
   * @param target Styles, alpha, colour and masks.
   * @param signal Stops between stages and tiles.
   * @returns A picture of exactly the content's size.
   * @throws {AdainError} As {@linkcode encode} and {@linkcode decode}.
   */
  async stylize(content: RgbaImage, target: Target, signal?: AbortSignal): Promise<RgbaImage> {
    const [picture] = await this.stylizeMany(content, [target], signal);
    if (!picture) throw new RangeError("one target gives one picture");
    return picture;
  }

  /**
   * Paints one picture in many ways: encoded once, decoded once per target.
   *
   * @param content The picture.
   * @param targets What it is to become.
   * @param signal Stops between stages and tiles.
   * @returns One picture per target, in order.
   * @throws {AdainError} As {@linkcode encode} and {@linkcode decode}.
   */
  async stylizeMany(
    content: RgbaImage,
    targets: readonly Target[],
    signal?: AbortSignal,
  ): Promise<RgbaImage[]> {
    targets.forEach((target) => this.#assertTarget(target));
    const encoded = await this.encode(content, signal);
    try {
      const pictures: RgbaImage[] = [];
      for (const target of targets) pictures.push(await this.decode(encoded, target, signal));
      return pictures;
    } finally {
      encoded.dispose();
    }
  }

  /** Releases the model after the runs that are under way. */
  async dispose(): Promise<void> {
    await this.#runtime.dispose();
  }

  #assertTarget(target: Target): void {
    for (const { statistics } of target.styles) {
      assertStatistics(statistics, this.manifest.channels);
    }
    assertAlpha(target.alpha ?? 1);
    blend(target.styles);
  }

  async #map(content: EncodedContent, target: Target): Promise<Affine> {
    this.#assertTarget(target);
    const alpha = target.alpha ?? 1;
    if (!target.masks || target.masks.length === 0) {
      return affine(content.statistics, blend(target.styles), alpha);
    }
    const { grid, image } = content;
    const { stride } = this.manifest;
    const covers = { width: image.width / stride, height: image.height / stride };
    const onGrid = target.masks.map((mask) => resizeMask(mask, grid, covers));
    const masks = completeMasks(onGrid, target.styles.length);
    const regions = target.styles.map(({ statistics }, k) => ({
      mask: masks[k] ?? new Float32Array(),
      style: statistics,
    }));
    const features = content.features instanceof Float32Array
      ? content.features
      : await content.features.read();
    return maskedAffine(features, content.statistics, { regions, alpha });
  }

  async #decodeTile(
    content: EncodedContent,
    { tile, map, result }: { tile: Tile; map: Affine; result: RgbaImage },
  ): Promise<void> {
    const { features, map: local, release } = this.#cut(content, tile, map);
    const picture = await this.#runtime.decode(features, local).finally(release);
    const { core, outer } = tile;
    const area = {
      x: core.x,
      y: core.y,
      width: Math.max(0, Math.min(core.width, result.width - core.x)),
      height: Math.max(0, Math.min(core.height, result.height - core.y)),
    };
    fromPlanar(picture.data, { source: outer, target: result, area });
  }

  /** The features and the map of one tile. */
  #cut(
    content: EncodedContent,
    tile: Tile,
    map: Affine,
  ): { features: Features; map: Affine; release: () => void } {
    if (!(content.features instanceof Float32Array)) {
      return { features: content.features, map, release: () => {} };
    }
    const { channels, stride } = this.manifest;
    const part = {
      x: tile.outer.x / stride,
      y: tile.outer.y / stride,
      width: tile.outer.width / stride,
      height: tile.outer.height / stride,
    };
    const cut = (values: Float32Array): Float32Array<ArrayBuffer> => {
      const cutOut = new Float32Array(channels * part.width * part.height);
      const to = { values: cutOut, x: 0, y: 0, width: part.width, height: part.height };
      copyGrid({ values, ...content.grid, x: part.x, y: part.y }, to, { channels, ...part });
      return cutOut;
    };
    const features = this.#runtime.upload(cut(content.features), part);
    const local = map.scale.length === channels
      ? map
      : { scale: cut(map.scale), shift: cut(map.shift) };
    return { features, map: local, release: () => features.dispose() };
  }
}

function assertImage(image: RgbaImage): void {
  const { width, height, data } = image;
  if (width >= 1 && height >= 1 && data.length === 4 * width * height) return;
  throw new AdainError(
    "invalid_target",
    `Cannot use a picture of ${width} x ${height} with ${data.length} bytes: ` +
      "4 bytes per pixel (RGBA) are needed",
  );
}
