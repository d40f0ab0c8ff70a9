/**
 * Published checkpoints in, model folders out: reads PyTorch and safetensors files without
 * executing anything, and writes the ONNX graphs of the paper's network.
 *
 * @module
 */
export { CheckpointError, type CheckpointErrorCode } from "./errors.ts";
export { type Graphs, type ModelFolderOptions, sha256, writeModelFolder } from "./model_folder.ts";
export { readCheckpoint } from "./read.ts";
export type { Checkpoint, Tensor } from "./tensor.ts";
export { buildVggDecoder, buildVggEncoder, VGG_SHAPE } from "./vgg.ts";
