import type * as ort from "onnxruntime-web";
import { AdainError } from "./errors.ts";
import type { Model } from "./manifest.ts";
import type { Affine } from "./affine.ts";
import { chooseProvider, type ChosenProvider, type Provider } from "./provider.ts";
import { RunQueue } from "./run_queue.ts";
import { openSessions, releaseSessions, type Sessions } from "./sessions.ts";
import type { Statistics } from "./statistics.ts";

/** How to run the graphs. */
export interface RuntimeOptions {
  /** Where the graphs run. Default `wasm`. */
  readonly provider?: Provider;
  /** WASM threads of one run, a whole number of at least 1. Default 1. */
  readonly threads?: number;
}

/** A feature map that may still lie on the device; opaque outside this file. */
export interface Features {
  /** Columns of the feature grid. */
  readonly width: number;
  /** Rows of the feature grid. */
  readonly height: number;
  /** Copies the values `[C, height, width]` to memory; from then on they are no more on the device. */
  read(): Promise<Float32Array>;
  /** Frees the device's memory. */
  dispose(): void;
}

/** What one encoder run gives. */
export interface EncoderOutput {
  /** Feature map `[C, height, width]`. */
  readonly features: Features;
  /** Its channel statistics, computed inside the graph. */
  readonly statistics: Statistics;
}

/** A planar picture: RGB float32 `[3, height, width]`, 0..1. */
export interface PlanarImage {
  /** The values. */
  readonly data: Float32Array<ArrayBuffer>;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

class TensorFeatures implements Features {
  readonly tensor: ort.Tensor;
  readonly width: number;
  readonly height: number;
  #values: Promise<Float32Array> | undefined;

  constructor(tensor: ort.Tensor) {
    this.tensor = tensor;
    this.height = tensor.dims[2] ?? 0;
    this.width = tensor.dims[3] ?? 0;
  }

  /** A tensor refuses a second download while one is under way, so the first serves all. */
  read(): Promise<Float32Array> {
    return this.#values ??= this.tensor.getData(true).then(floats);
  }

  dispose(): void {
    this.tensor.dispose();
  }
}

/** The sessions of a model. Beside this file only `sessions.ts` knows ONNX Runtime. */
export class Runtime {
  /** Where the graphs really run. */
  readonly provider: "wasm" | "webgpu";
  /** Bytes of the largest tensor that a run may have. */
  readonly maxTensorBytes: number;
  readonly #ort: typeof ort;
  readonly #sessions: Sessions;
  readonly #queue = new RunQueue();
  #disposed: Promise<void> | undefined;

  private constructor(chosen: ChosenProvider, module: typeof ort, sessions: Sessions) {
    this.provider = chosen.provider;
    this.maxTensorBytes = chosen.maxTensorBytes;
    this.#ort = module;
    this.#sessions = sessions;
  }

  /**
   * Opens the graphs of a model.
   *
   * @param model The model's graphs.
   * @param options Provider and threads.
   * @returns The runtime; `dispose` it.
   * @throws {AdainError} `provider_unavailable` if WebGPU is asked for and there is no adapter,
   *   `model_damaged` if a graph does not load.
   * @throws {RangeError} If `threads` is not a whole number of at least 1.
   * @throws {TypeError} If there is no such provider.
   */
  static async open(model: Model, options: RuntimeOptions = {}): Promise<Runtime> {
    const { threads = 1 } = options;
    if (!(Number.isInteger(threads) && threads >= 1)) {
      throw new RangeError(`Cannot run on ${threads} threads: a whole number from 1 on is needed`);
    }
    const chosen = await chooseProvider(options.provider ?? "wasm");
    const { provider } = chosen;
    const opened = await openSessions(model, { provider, threads });
    return new Runtime(chosen, opened.module, opened.sessions);
  }

  /**
   * Runs the encoder.
   *
   * @param image Planar RGB, sides multiples of the stride and at least 16.
   * @returns Features (on the device where there is one) and statistics.
   * @throws {AdainError} `run_failed` if the runtime gives up, for example for want of memory;
   *   `disposed`.
   */
  encode(image: PlanarImage): Promise<EncoderOutput> {
    const input = new this.#ort.Tensor("float32", image.data, [1, 3, image.height, image.width]);
    return this.#run(async () => {
      const output = await this.#sessions.encoder.run({ image: input });
      const { features, mean, std } = output;
      if (!features || !mean || !std) throw new Error("the encoder lacks an output");
      return {
        features: new TensorFeatures(features),
        statistics: { mean: floats(mean.data), std: floats(std.data) },
      };
    });
  }

  /**
   * Completes the statistics of a style with what the model changes in the decoder for it.
   *
   * @param statistics Statistics of the style's features.
   * @returns The same with the modulation, where the model has one.
   * @throws {AdainError} `run_failed` if the runtime gives up; `disposed`.
   */
  completeStyle({ mean, std }: Statistics): Promise<Statistics> {
    const { style } = this.#sessions;
    if (!style) return Promise.resolve({ mean, std });
    const input = (values: Float32Array<ArrayBuffer>): ort.Tensor =>
      new this.#ort.Tensor("float32", values, [1, values.length, 1, 1]);
    return this.#run(async () => {
      const { modulation } = await style.run({ mean: input(mean), std: input(std) });
      if (!modulation) throw new Error("the style graph lacks its output");
      return { mean, std, modulation: floats(modulation.data) };
    });
  }

  /**
   * Runs AdaIN and the decoder.
   *
   * @param features Features of {@linkcode encode}.
   * @param map Scale and shift, `[C]` or `[C, height, width]` of the features, and the modulation.
   * @returns Planar RGB `[3, stride * height, stride * width]`, 0..1.
   * @throws {AdainError} `run_failed` if the runtime gives up; `disposed`.
   */
  decode(features: Features, map: Affine): Promise<PlanarImage> {
    const { tensor, width, height } = assertTensor(features);
    const channels = tensor.dims[1] ?? 0;
    const place = map.scale.length === channels ? [1, 1] : [height, width];
    const input = (values: Float32Array<ArrayBuffer>): ort.Tensor => {
      const numbers = values.length * channels / map.scale.length;
      return new this.#ort.Tensor("float32", values, [1, numbers, ...place]);
    };
    return this.#run(async () => {
      const { image } = await this.#sessions.decoder.run({
        features: tensor,
        scale: input(map.scale),
        shift: input(map.shift),
        ...(map.modulation ? { modulation: input(map.modulation) } : {}),
      });
      if (!image) throw new Error("the decoder lacks its output");
      return { data: floats(image.data), height: image.dims[2] ?? 0, width: image.dims[3] ?? 0 };
    });
  }

  /** Releases the sessions after the runs that were asked for; once, however often it is called. */
  dispose(): Promise<void> {
    return this.#disposed ??= this.#queue.run(() => releaseSessions(this.#sessions));
  }

  async #run<T>(task: () => Promise<T>): Promise<T> {
    // The runtime gives the numbers of released sessions to new ones, also to those of others.
    if (this.#disposed) {
      throw new AdainError("disposed", "Cannot run the model: it was disposed");
    }
    return await this.#queue.run(async () => {
      try {
        return await task();
      } catch (cause) {
        throw new AdainError("run_failed", `Cannot run the model on ${this.provider}`, { cause });
      }
    });
  }
}

function assertTensor(features: Features): TensorFeatures {
  if (features instanceof TensorFeatures) return features;
  throw new TypeError("Cannot decode features that this runtime did not make");
}

/** The graphs of the model contract have float32 outputs only. */
function floats(data: ort.Tensor.DataType): Float32Array<ArrayBuffer> {
  if (data instanceof Float32Array) return data as Float32Array<ArrayBuffer>;
  throw new TypeError("the graph gives an output that is not float32");
}
