import { CheckpointError } from "./errors.ts";
import type { Convolution } from "./kernel.ts";
import type { Checkpoint, Tensor } from "./tensor.ts";

/** One convolution of the network: its index in the checkpoint's Sequential, and its shape. */
export interface Layer {
  /** Index in the Sequential. */
  readonly index: number;
  /** Output channels. */
  readonly out: number;
  /** Input channels. */
  readonly in: number;
  /** Columns and rows of the kernel. */
  readonly size: number;
  /** What follows: halving by max-pooling, or doubling by nearest neighbour. */
  readonly then?: "halve" | "double";
}

/** Kinds of a checkpoint. */
export type Part = "encoder" | "decoder";

const layer = (
  index: number,
  [from, out]: readonly [number, number],
  then?: Layer["then"],
): Layer => ({
  index,
  in: from,
  out,
  size: index === 0 ? 1 : 3,
  ...(then ? { then } : {}),
});

/** VGG-19 to relu4_1 and its mirror (Huang & Belongie, section 6). */
export const LAYERS: Readonly<Record<Part, readonly Layer[]>> = {
  encoder: [
    layer(0, [3, 3]),
    layer(2, [3, 64]),
    layer(5, [64, 64], "halve"),
    layer(9, [64, 128]),
    layer(12, [128, 128], "halve"),
    layer(16, [128, 256]),
    layer(19, [256, 256]),
    layer(22, [256, 256]),
    layer(25, [256, 256], "halve"),
    layer(29, [256, 512]),
  ],
  decoder: [
    layer(1, [512, 256], "double"),
    layer(5, [256, 256]),
    layer(8, [256, 256]),
    layer(11, [256, 256]),
    layer(14, [256, 128], "double"),
    layer(18, [128, 128]),
    layer(21, [128, 64], "double"),
    layer(25, [64, 64]),
    layer(28, [64, 3]),
  ],
};

/** A convolution with its place in the network. */
export type LoadedLayer = Layer & Convolution;

/**
 * Takes the convolutions of the network out of a checkpoint; further layers are left alone.
 *
 * @param checkpoint The tensors.
 * @param part Which half is needed.
 * @returns The convolutions, in order.
 * @throws {CheckpointError} `wrong_architecture` naming the first tensor that is missing or has
 *   another shape, `damaged_checkpoint` for weights that are not finite.
 */
export function loadLayers(checkpoint: Checkpoint, part: Part): LoadedLayer[] {
  return LAYERS[part].map((layer) => {
    const { index, out, in: from, size } = layer;
    const weight = take(checkpoint, `${index}.weight`, { part, shape: [out, from, size, size] });
    const bias = take(checkpoint, `${index}.bias`, { part, shape: [out] });
    return { ...layer, weight, bias };
  });
}

function take(
  checkpoint: Checkpoint,
  name: string,
  { part, shape }: { part: Part; shape: readonly number[] },
): Float32Array<ArrayBuffer> {
  const tensor = checkpoint.get(name);
  if (!tensor || String(tensor.shape) !== String(shape)) {
    const found = tensor ? `its "${name}" is ${sides(tensor.shape)}` : `it has no "${name}"`;
    throw new CheckpointError(
      "wrong_architecture",
      `Cannot use this checkpoint as the ${part}: ${found}, ${sides(shape)} is needed (${
        NEEDED[part]
      }); it has ${summary(checkpoint)}`,
    );
  }
  const values = tensor.read();
  if (values.every(Number.isFinite)) return values;
  throw new CheckpointError(
    "damaged_checkpoint",
    `Cannot use this checkpoint as the ${part}: "${name}" has values that are not finite`,
  );
}

const NEEDED: Readonly<Record<Part, string>> = {
  encoder: "VGG-19 with its 1x1 colour convolution as an nn.Sequential, at least to index 29",
  decoder: "its mirror from 512 channels as an nn.Sequential, indices 1 to 28",
};

function sides(shape: readonly number[]): string {
  return shape.length === 0 ? "a scalar" : shape.join(" x ");
}

function summary(checkpoint: ReadonlyMap<string, Tensor>): string {
  if (checkpoint.size === 0) return "no tensors";
  const names = [...checkpoint.keys()].slice(0, 4).map((name) => `"${name.slice(0, 40)}"`);
  const more = checkpoint.size > names.length ? ", …" : "";
  return `${checkpoint.size} tensors: ${names.join(", ")}${more}`;
}
