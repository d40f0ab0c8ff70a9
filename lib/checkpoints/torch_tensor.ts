import { CheckpointError } from "./errors.ts";
import type { PickleGlobal, PickleHost } from "./pickle.ts";
import {
  ELEMENT_BYTES,
  elementCount,
  type ElementType,
  isCounts,
  type Tensor,
  toFloat32,
} from "./tensor.ts";

/** PyTorch's storage classes. */
const STORAGES: ReadonlyMap<string, ElementType> = new Map([
  ["torch.BFloat16Storage", "bfloat16"],
  ["torch.BoolStorage", "bool"],
  ["torch.ByteStorage", "uint8"],
  ["torch.CharStorage", "int8"],
  ["torch.DoubleStorage", "float64"],
  ["torch.FloatStorage", "float32"],
  ["torch.HalfStorage", "float16"],
  ["torch.IntStorage", "int32"],
  ["torch.LongStorage", "int64"],
  ["torch.ShortStorage", "int16"],
]);

/** Elements that tensors share; where they lie is known only after the pickle was read. */
export class Storage {
  /** What the file calls it. */
  readonly key: string;
  /** Type of its elements. */
  readonly type: ElementType;
  /** Finds the bytes of a storage. */
  readonly find: (storage: Storage) => Uint8Array<ArrayBuffer>;

  /** @param parts Key, element type and where to find the bytes. */
  constructor(parts: Pick<Storage, "key" | "type" | "find">) {
    this.key = parts.key;
    this.type = parts.type;
    this.find = parts.find;
  }
}

/**
 * Makes a host that knows what a state dict of tensors needs, and nothing else.
 *
 * @param find Finds the bytes of a storage when a tensor is read.
 * @param onStorage Called with every storage that the pickle names.
 * @returns The host.
 */
export function createTorchHost(
  find: Storage["find"],
  onStorage: (storage: Storage) => void = () => {},
): PickleHost {
  return {
    global: allowedGlobal,
    persistent: (id) => {
      const storage = readStorage(id, find);
      onStorage(storage);
      return storage;
    },
  };
}

function readStorage(id: unknown, find: Storage["find"]): Storage {
  const [kind, storageType, key, , , view] = Array.isArray(id) ? id : [];
  const type = STORAGES.get(String(Object(storageType).path));
  if (kind !== "storage" || !type || typeof key !== "string" || (view ?? null) !== null) {
    throw unsupported("a persistent id that is no plain storage");
  }
  return new Storage({ key, type, find });
}

function allowedGlobal(path: string): PickleGlobal {
  if (STORAGES.has(path)) return { path };
  const call = CALLS.get(path);
  if (call) return { path, call };
  throw new CheckpointError(
    "forbidden_global",
    `Cannot read the pickle: it names ${path.slice(0, 120)}, which no state dict needs (nothing ` +
      "was executed); save the weights alone, with torch.save(network.state_dict(), …)",
  );
}

/** The calls that a state dict makes, and what stands in for them. */
const CALLS: ReadonlyMap<string, (args: readonly unknown[]) => unknown> = new Map([
  ["collections.OrderedDict", orderedDict],
  ["torch.Size", ([sides]: readonly unknown[]) => sides],
  ["torch._utils._rebuild_tensor", rebuildTensor],
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_parameter", ([tensor]: readonly unknown[]) => tensor],
  ["torch.nn.parameter.Parameter", ([tensor]: readonly unknown[]) => tensor],
]);

function orderedDict([pairs = []]: readonly unknown[]): Map<unknown, unknown> {
  if (!Array.isArray(pairs)) throw unsupported("an OrderedDict of something that is no list");
  return new Map(pairs.map((pair: unknown) => {
    if (Array.isArray(pair) && pair.length === 2) return [pair[0], pair[1]];
    throw unsupported("an OrderedDict of something that are no pairs");
  }));
}

function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): Tensor {
  const fits = storage instanceof Storage && isCounts([offset]) && isCounts(shape) &&
    isCounts(strides) && shape.length === strides.length;
  if (!fits) throw unsupported("a tensor that is described wrongly");
  return new StoredTensor({ storage, offset: Number(offset), shape, strides });
}

/** A tensor as PyTorch describes it: a strided view of a storage. */
export class StoredTensor implements Tensor {
  readonly shape: readonly number[];
  readonly #storage: Storage;
  readonly #offset: number;
  readonly #strides: readonly number[];

  /** @param parts Storage, first element, dimensions and strides, all in elements. */
  constructor(
    parts: { storage: Storage; offset: number; shape: readonly number[]; strides: number[] },
  ) {
    this.shape = parts.shape;
    this.#storage = parts.storage;
    this.#offset = parts.offset;
    this.#strides = parts.strides;
  }

  /** @returns Its elements in row-major order, as float32. */
  read(): Float32Array<ArrayBuffer> {
    const count = elementCount(this.shape);
    if (count === 0) return new Float32Array();
    const size = ELEMENT_BYTES[this.#storage.type];
    const bytes = this.#storage.find(this.#storage);
    const last = this.shape.reduce(
      (at, side, axis) => at + (side - 1) * (this.#strides[axis] ?? 0),
      this.#offset,
    );
    if ((last + 1) * size > bytes.length) {
      throw new CheckpointError(
        "damaged_checkpoint",
        `Cannot read a tensor of ${this.shape.join(" x ")}: its storage has only ${bytes.length} ` +
          "bytes; download the file again",
      );
    }
    const view = bytes.subarray(this.#offset * size, (last + 1) * size);
    const elements = toFloat32(view, this.#storage.type);
    return this.#isContiguous() ? elements : this.#gather(elements, count);
  }

  #isContiguous(): boolean {
    let expected = 1;
    return this.shape.toReversed().every((side, i) => {
      const stride = this.#strides[this.shape.length - 1 - i];
      const fits = side === 1 || stride === expected;
      expected *= side;
      return fits;
    });
  }

  #gather(elements: Float32Array, count: number): Float32Array<ArrayBuffer> {
    // Strides of 0 repeat elements: a few bytes may claim any size.
    if (count > elements.length) throw unsupported("a tensor that repeats its elements");
    const result = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      let [rest, at] = [i, 0];
      for (let axis = this.shape.length - 1; axis >= 0; axis--) {
        const side = this.shape[axis] ?? 1;
        at += (rest % side) * (this.#strides[axis] ?? 0);
        rest = Math.floor(rest / side);
      }
      result[i] = elements[at] ?? 0;
    }
    return result;
  }
}

function unsupported(what: string): CheckpointError {
  return new CheckpointError("unsupported_checkpoint", `Cannot read the pickle: it has ${what}`);
}
