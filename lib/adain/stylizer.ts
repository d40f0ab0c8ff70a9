import { askedLimits, pixelsOfTensor, type RunLimits } from "./budget.ts";
import { assertImage, assertTarget } from "./checks.ts";
import { encodeContent, type EncodedContent } from "./content.ts";
import { smoothRegions } from "./frames.ts";
import type { Manifest, Model } from "./manifest.ts";
import { Runtime } from "./onnx.ts";
import { type Paint, paint } from "./paint.ts";
import type { RgbaImage } from "./planar.ts";
import { type Regions, regionsOf, type Target } from "./regions.ts";
import type { Statistics } from "./statistics.ts";
import type { FramesOptions, StylizerOptions } from "./stylizer_options.ts";

/** Longest side at which a style picture is analysed, in pixels: the models were trained for it. */
export const STYLE_SIDE = 512;

/**
 * Paints pictures in styles with one open model (AdaIN, Huang & Belongie, ICCV 2017). Contents and
 * styles count by what is seen of them: colours under full transparency change nothing.
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
  readonly #limits: RunLimits;
  #encoderRuns = 0;

  private constructor(runtime: Runtime, manifest: Manifest, limits: RunLimits) {
    this.#runtime = runtime;
    this.manifest = manifest;
    this.#limits = limits;
  }

  /**
   * Opens a model.
   *
   * @param model What `loadModel` gave.
   * @param options Provider, threads, memory budget and largest run.
   * @returns The stylizer; `dispose` it.
   * @throws {AdainError} `provider_unavailable` or `model_damaged`.
   * @throws {RangeError} If the budget or the largest run is too small, or `threads` is not a whole
   *   number of at least 1.
   * @throws {TypeError} If there is no such provider.
   */
  static async open(model: Model, options: StylizerOptions = {}): Promise<Stylizer> {
    const { manifest } = model;
    const asked = askedLimits(manifest, options);
    const runtime = await Runtime.open(model, options);
    const largest = pixelsOfTensor(manifest, runtime.maxTensorBytes);
    const limits = { ...asked, maxRunPixels: Math.min(asked.maxRunPixels, largest) };
    return new Stylizer(runtime, manifest, limits);
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
   * @param style The picture, best of {@linkcode STYLE_SIDE} pixels a side.
   * @returns Its statistics, valid for this model version only.
   * @throws {AdainError} `invalid_target` if its bytes do not fit its size, `run_failed` or
   *   `disposed`.
   */
  async analyze(style: RgbaImage): Promise<Statistics> {
    const encoded = await this.#encode(style, { statisticsOnly: true });
    encoded.dispose();
    return await this.#runtime.completeStyle(encoded.statistics);
  }

  /**
   * Encodes a content once, for any number of {@linkcode decode} calls.
   *
   * @param content The picture, any size from 1 x 1.
   * @param signal Stops between tiles.
   * @returns The encoded content; `dispose` it, before the stylizer.
   * @throws {AdainError} `invalid_target` if its bytes do not fit its size, `run_failed` or
   *   `disposed`; or the signal's reason.
   */
  async encode(content: RgbaImage, signal?: AbortSignal): Promise<EncodedContent> {
    return await this.#encode(content, { signal });
  }

  /**
   * Applies AdaIN and decodes.
   *
   * @param content What {@linkcode encode} gave.
   * @param target Styles, alpha, colour and masks.
   * @param signal Stops between tiles.
   * @returns A picture of exactly the content's size, with the content's alpha channel.
   * @throws {AdainError} `invalid_target`, `invalid_statistics`, `model_mismatch`, `run_failed`, or
   *   `disposed`, of the stylizer or of the content; or the signal's reason.
   */
  async decode(
    content: EncodedContent,
    target: Target,
    signal?: AbortSignal,
  ): Promise<RgbaImage> {
    assertTarget(target, this.manifest);
    return first(await this.#decodeMany(content, [target], signal));
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
    return first(await this.stylizeMany(content, [target], signal));
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
    targets.forEach((target) => assertTarget(target, this.manifest));
    const encoded = await this.encode(content, signal);
    try {
      return await this.#decodeMany(encoded, targets, signal);
    } finally {
      encoded.dispose();
    }
  }

  /**
   * Paints the frames of an animation with content statistics that are smoothed over frames, so that
   * noise and motion do not make the colours flicker.
   *
   * @param frames The pictures in order, of any sizes.
   * @param target Styles, alpha, colour and masks, for all frames.
   * @param options Smoothing and signal.
   * @returns One picture per frame, in order, as they are ready.
   * @throws {AdainError} As {@linkcode encode} and {@linkcode decode}.
   * @throws {RangeError} If the smoothing is none or out of range.
   */
  async *stylizeFrames(
    frames: Iterable<RgbaImage> | AsyncIterable<RgbaImage>,
    target: Target,
    { smoothing = {}, signal }: FramesOptions = {},
  ): AsyncGenerator<RgbaImage> {
    const open = new Set<EncodedContent>();
    const encoded = this.#encodeFrames(frames, { target, open, signal });
    try {
      for await (const { content, regions } of smoothRegions(encoded, smoothing)) {
        const job = { paints: [{ target, regions }], stride: this.manifest.stride, signal };
        const picture = first(await paint(this.#runtime, content, job));
        open.delete(content);
        content.dispose();
        yield picture;
      }
    } finally {
      open.forEach((content) => content.dispose());
    }
  }

  async *#encodeFrames(
    frames: Iterable<RgbaImage> | AsyncIterable<RgbaImage>,
    { target, open, signal }: {
      target: Target;
      open: Set<EncodedContent>;
      signal: AbortSignal | undefined;
    },
  ): AsyncGenerator<{ content: EncodedContent; regions: Regions }> {
    assertTarget(target, this.manifest);
    const { stride } = this.manifest;
    for await (const frame of frames) {
      const content = await this.#encode(frame, { signal });
      open.add(content);
      yield { content, regions: await regionsOf(content, target, { stride, signal }) };
    }
  }

  /**
   * Releases the model after the runs that are under way; again, it does nothing. Calls that need
   * another run, and all later ones, fail with the {@linkcode AdainError} `disposed`.
   */
  dispose(): Promise<void> {
    return this.#runtime.dispose();
  }

  async #encode(
    image: RgbaImage,
    options: { signal?: AbortSignal | undefined; statisticsOnly?: boolean },
  ): Promise<EncodedContent> {
    assertImage(image);
    this.#encoderRuns++;
    const { manifest } = this;
    const limits = this.#limits;
    return await encodeContent(this.#runtime, image, { ...options, manifest, limits });
  }

  async #decodeMany(
    content: EncodedContent,
    targets: readonly Target[],
    signal: AbortSignal | undefined,
  ): Promise<RgbaImage[]> {
    const { stride } = this.manifest;
    const paints: Paint[] = [];
    for (const target of targets) {
      paints.push({ target, regions: await regionsOf(content, target, { stride, signal }) });
    }
    return await paint(this.#runtime, content, { paints, stride, signal });
  }
}

function first(pictures: readonly RgbaImage[]): RgbaImage {
  const [picture] = pictures;
  if (!picture) throw new RangeError("Cannot give the picture of no target");
  return picture;
}
