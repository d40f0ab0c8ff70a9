import { ByteReader } from "./byte_reader.ts";
import { CheckpointError } from "./errors.ts";
import {
  type Checkpoint,
  ELEMENT_BYTES,
  elementCount,
  type ElementType,
  isCounts,
  type Tensor,
  toFloat32,
} from "./tensor.ts";

/** The format's names of element types. */
const TYPES: ReadonlyMap<string, ElementType> = new Map([
  ["BF16", "bfloat16"],
  ["BOOL", "bool"],
  ["F16", "float16"],
  ["F32", "float32"],
  ["F64", "float64"],
  ["I16", "int16"],
  ["I32", "int32"],
  ["I64", "int64"],
  ["I8", "int8"],
  ["U8", "uint8"],
]);

/** Where a tensor's elements lie behind the header, in bytes; the end is exclusive. */
interface Range {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a safetensors file. A tensor `x_q` of 8 bit with `x_scale` and `x_zero` beside it becomes
 * `x = (x_q - x_zero) * x_scale`.
 *
 * @param bytes The file: header length, header in JSON, elements.
 * @returns Its tensors.
 * @throws {CheckpointError} `damaged_checkpoint` if header and elements do not fit each other; when
 *   a tensor is read, `unsupported_checkpoint` for more than one scale or zero.
 */
export function readSafetensors(bytes: Uint8Array<ArrayBuffer>): Checkpoint {
  const reader = new ByteReader(bytes, "the safetensors file");
  const header = parseHeader(reader.text(reader.u64()));
  const elements = bytes.subarray(reader.position);
  const stored = new Map<string, Tensor>();
  const ranges: Range[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { tensor, range } = readTensor(name, entry, elements);
    stored.set(name, tensor);
    ranges.push(range);
  }
  assertApart(ranges);
  return expand(stored);
}

function parseHeader(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch (cause) {
    throw damaged("its header is not JSON", { cause });
  }
  throw damaged("its header is not a JSON object");
}

function readTensor(
  name: string,
  entry: unknown,
  elements: Uint8Array<ArrayBuffer>,
): { tensor: Tensor; range: Range } {
  const { dtype, shape, data_offsets: offsets } = Object(entry);
  const type = TYPES.get(dtype);
  if (!type || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw damaged(`"${name}" is described wrongly`);
  }
  const [start = 0, end = 0] = offsets;
  if (end - start !== elementCount(shape) * ELEMENT_BYTES[type] || end > elements.length) {
    throw damaged(`the elements of "${name}" are not all there`);
  }
  const read = (): Float32Array<ArrayBuffer> => toFloat32(elements.subarray(start, end), type);
  return { tensor: { shape, read }, range: { name, start, end } };
}

function assertApart(ranges: readonly Range[]): void {
  const sorted = ranges.toSorted((a, b) => a.start - b.start || a.end - b.end);
  sorted.forEach(({ name, start }, i) => {
    const before = sorted[i - 1];
    if (before && start < before.end) throw damaged(`"${before.name}" and "${name}" overlap`);
  });
}

/** Puts 8-bit tensors together with their scale and zero. */
function expand(stored: ReadonlyMap<string, Tensor>): Checkpoint {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of stored) {
    const stem = name.replace(/_(q|scale|zero)$/, "");
    const [q, scale, zero] = ["q", "scale", "zero"].map((part) => stored.get(`${stem}_${part}`));
    if (!q || !scale || !zero) tensors.set(name, tensor);
    else if (tensor === q) tensors.set(stem, dequantise(stem, { q, scale, zero }));
  }
  return tensors;
}

function dequantise(
  name: string,
  { q, scale, zero }: { readonly q: Tensor; readonly scale: Tensor; readonly zero: Tensor },
): Tensor {
  const read = (): Float32Array<ArrayBuffer> => {
    if (elementCount(scale.shape) !== 1 || elementCount(zero.shape) !== 1) {
      throw new CheckpointError(
        "unsupported_checkpoint",
        `Cannot use "${name}": its scale and zero must be one number each`,
      );
    }
    const [factor = 1] = scale.read();
    const [offset = 0] = zero.read();
    return q.read().map((value) => Math.fround(value - offset) * factor);
  };
  return { shape: q.shape, read };
}

function damaged(what: string, options?: ErrorOptions): CheckpointError {
  const text = `Cannot read the safetensors file: ${what}; download it again`;
  return new CheckpointError("damaged_checkpoint", text, options);
}
