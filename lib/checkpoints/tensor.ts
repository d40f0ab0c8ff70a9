import { CheckpointError } from "./errors.ts";

/** Element types that checkpoints hold. */
export type ElementType =
  | "bfloat16"
  | "bool"
  | "float16"
  | "float32"
  | "float64"
  | "int16"
  | "int32"
  | "int64"
  | "int8"
  | "uint8";

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  bfloat16: 2,
  bool: 1,
  float16: 2,
  float32: 4,
  float64: 8,
  int16: 2,
  int32: 4,
  int64: 8,
  int8: 1,
  uint8: 1,
};

/** A tensor that is converted only when it is read: a checkpoint may hold many more than needed. */
export interface Tensor {
  /** Its dimensions; a kernel has `[out, in, rows, columns]`. */
  readonly shape: readonly number[];
  /** @returns Its elements in row-major order, as float32. */
  read(): Float32Array<ArrayBuffer>;
}

/** Tensors by name. */
export type Checkpoint = ReadonlyMap<string, Tensor>;

/**
 * Converts stored elements to float32.
 *
 * @param bytes Little-endian elements, of any alignment.
 * @param type Their type; integers wider than 8 bit are no weights and are refused.
 * @returns The elements.
 * @throws {CheckpointError} `unsupported_checkpoint` for a type that weights do not have.
 */
export function toFloat32(
  bytes: Uint8Array<ArrayBuffer>,
  type: ElementType,
): Float32Array<ArrayBuffer> {
  // A copy is aligned, whatever the place in the file was.
  const copy = bytes.slice().buffer;
  switch (type) {
    case "float32":
      return new Float32Array(copy);
    case "float16":
      return Float32Array.from(new Float16Array(copy));
    case "float64":
      return Float32Array.from(new Float64Array(copy));
    case "bfloat16":
      return new Float32Array(Uint32Array.from(new Uint16Array(copy), (bits) => bits << 16).buffer);
    case "uint8":
      return Float32Array.from(bytes);
    default:
      throw new CheckpointError(
        "unsupported_checkpoint",
        `Cannot use a tensor of ${type}: weights of float16, bfloat16, float32 or float64 are needed`,
      );
  }
}

/**
 * Counts the elements of a shape.
 *
 * @param shape Dimensions.
 * @returns Their product; 1 for a scalar.
 */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * @param value What a file has for a shape, strides or offsets.
 * @returns Whether it is a list of whole numbers of at least 0.
 */
export function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
