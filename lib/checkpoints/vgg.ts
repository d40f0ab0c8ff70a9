import { CheckpointError } from "./errors.ts";
import { type Convolution, foldPointwise, splitPhases } from "./kernel.ts";
import { OnnxGraph } from "./onnx_writer.ts";
import type { Checkpoint } from "./tensor.ts";
import { loadLayers } from "./vgg_layers.ts";

/** Added to the variance before the square root. */
const EPSILON = 1e-5;

/** What the manifest of the network says of its shape. */
export const VGG_SHAPE = {
  /** Channels of relu4_1. */
  channels: 512,
  /** Three max-poolings. */
  stride: 8,
  /** Encoder 30 pixels and decoder 32 to each side, rounded up to the stride. */
  receptive_field: 64,
} as const;

/**
 * Builds the graph `image` -> `features`, `mean`, `std`.
 *
 * @param checkpoint VGG-19 to relu4_1 or further, as an nn.Sequential with the 1x1 colour
 *   convolution in front.
 * @returns A serialised ONNX model.
 * @throws {CheckpointError} `wrong_architecture` or `damaged_checkpoint`.
 */
export function buildVggEncoder(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const [colour, first, ...rest] = loadLayers(checkpoint, "encoder");
  if (!colour || !first) throw new RangeError("the encoder has two layers at least");
  const graph = new OnnxGraph();
  let x = graph.input("image", [1, 3, "height", "width"]);
  for (const layer of [{ ...first, ...foldPointwise(colour, first) }, ...rest]) {
    x = graph.node("Relu", [convolve(graph, x, layer)]);
    if (layer.then === "halve") {
      x = graph.node("MaxPool", [x], { attributes: { kernel_shape: [2, 2], strides: [2, 2] } });
    }
  }
  const features = graph.node("Identity", [x], { name: "features" });
  graph.output(features, [1, VGG_SHAPE.channels, "rows", "columns"]);
  addStatistics(graph, features, VGG_SHAPE.channels);
  return graph.finish("encoder");
}

/**
 * Builds the graph `features`, `scale`, `shift` -> `image`.
 *
 * @param checkpoint The mirror of VGG-19 from relu4_1, as an nn.Sequential.
 * @returns A serialised ONNX model.
 * @throws {CheckpointError} `wrong_architecture` or `damaged_checkpoint`.
 */
export function buildVggDecoder(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const layers = loadLayers(checkpoint, "decoder");
  const graph = new OnnxGraph();
  const features = graph.input("features", [1, VGG_SHAPE.channels, "rows", "columns"]);
  const map = [1, VGG_SHAPE.channels, "map_rows", "map_columns"];
  const [scale, shift] = [graph.input("scale", map), graph.input("shift", map)];
  let x = graph.node("Add", [graph.node("Mul", [features, scale]), shift]);
  layers.forEach((layer, i) => {
    if (i > 0) x = graph.node("Relu", [x]);
    x = layers[i - 1]?.then === "double"
      ? doubleAndConvolve(graph, x, layer)
      : convolve(graph, x, layer);
  });
  graph.node("Clip", [x, graph.scalar(0), graph.scalar(1)], { name: "image" });
  graph.output("image", [1, 3, "height", "width"]);
  return graph.finish("decoder");
}

/** Reflection padding is explicit: WebGPU mishandles `auto_pad`. */
function convolve(graph: OnnxGraph, x: string, layer: Convolution): string {
  const pads = graph.integers([0, 0, 1, 1, 0, 0, 1, 1]);
  const padded = graph.node("Pad", [x, pads], { attributes: { mode: "reflect" } });
  return convolveValid(graph, padded, layer);
}

/** Finite weights may have become too large where convolutions or their taps were put together. */
function convolveValid(graph: OnnxGraph, x: string, layer: Convolution): string {
  if (![layer.weight, layer.bias].every((values) => values.every(Number.isFinite))) {
    throw new CheckpointError(
      "damaged_checkpoint",
      "Cannot use this checkpoint: put together, its weights are too large to be finite",
    );
  }
  const weight = graph.weights(layer.weight, [layer.out, layer.in, layer.size, layer.size]);
  const bias = graph.weights(layer.bias, [layer.out]);
  return graph.node("Conv", [x, weight, bias], {
    attributes: { kernel_shape: [layer.size, layer.size], strides: [1, 1] },
  });
}

/**
 * Nearest x2, reflection padding and a 3x3 convolution. Reflecting the doubled map repeats its
 * edge, so the small map is padded by its edge.
 */
function doubleAndConvolve(graph: OnnxGraph, x: string, layer: Convolution): string {
  const phases = splitPhases(layer).map((phase, i) => {
    const [below, right] = [i >> 1, i & 1];
    const pads = graph.integers([0, 0, 1 - below, 1 - right, 0, 0, below, right]);
    const padded = graph.node("Pad", [x, pads], { attributes: { mode: "edge" } });
    return convolveValid(graph, padded, phase);
  });
  const joined = graph.node("Concat", phases, { attributes: { axis: 1 } });
  return graph.node("DepthToSpace", [joined], { attributes: { blocksize: 2, mode: "DCR" } });
}

/** The outputs `mean` and `std`: unbiased variance + epsilon, square root. */
function addStatistics(graph: OnnxGraph, x: string, channels: number): void {
  const mean = graph.node("ReduceMean", [x], {
    attributes: { axes: [2, 3], keepdims: 1 },
    name: "mean",
  });
  const centred = graph.node("Sub", [x, mean]);
  const squares = graph.node("Mul", [centred, centred]);
  const total = graph.node("ReduceSum", [squares, graph.integers([2, 3])], {
    attributes: { keepdims: 1 },
  });
  const size = graph.node("Cast", [graph.node("Size", [x])], { attributes: { to: 1 } });
  const positions = graph.node("Div", [size, graph.scalar(channels)]);
  const degrees = graph.node("Sub", [positions, graph.scalar(1)]);
  const variance = graph.node("Div", [total, degrees]);
  graph.node("Sqrt", [graph.node("Add", [variance, graph.scalar(EPSILON)])], { name: "std" });
  graph.output("mean", [1, channels, 1, 1]);
  graph.output("std", [1, channels, 1, 1]);
}
