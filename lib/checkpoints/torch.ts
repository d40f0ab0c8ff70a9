import { ByteReader } from "./byte_reader.ts";
import { CheckpointError } from "./errors.ts";
import { readPickle } from "./pickle.ts";
import { type Checkpoint, ELEMENT_BYTES, type Tensor } from "./tensor.ts";
import { createTorchHost, type Storage, StoredTensor } from "./torch_tensor.ts";
import { readZip } from "./zip.ts";

/** PROTO 2, LONG1 of 10 bytes: the pickled number 0x1950a86a20f9469cfc6c. */
const LEGACY_MAGIC = "80028a0a6cfc9c46f9206aa850192e";

/** Version of the legacy layout. */
const LEGACY_VERSION = 1001;

/**
 * Whether bytes begin as PyTorch's legacy checkpoints do.
 *
 * @param bytes The file.
 * @returns Whether {@linkcode readLegacyTorch} is for it.
 */
export function isLegacyTorch(bytes: Uint8Array): boolean {
  return bytes.subarray(0, LEGACY_MAGIC.length / 2).toHex() === LEGACY_MAGIC;
}

/**
 * Reads a checkpoint of PyTorch before 1.6: pickles one after the other, then the storages.
 *
 * @param bytes The file.
 * @returns The tensors of its state dict.
 * @throws {CheckpointError} If it is damaged, or more than a state dict.
 */
export function readLegacyTorch(bytes: Uint8Array<ArrayBuffer>): Checkpoint {
  const reader = new ByteReader(bytes, "the PyTorch checkpoint");
  const places = new Map<string, Uint8Array<ArrayBuffer>>();
  const types = new Map<string, Storage["type"]>();
  const host = createTorchHost(
    ({ key }) => places.get(key) ?? new Uint8Array(),
    ({ key, type }) => types.set(key, type),
  );
  readPickle(reader, host);
  const version = readPickle(reader, host);
  if (version !== LEGACY_VERSION) {
    const found = typeof version === "number" ? `the layout ${version}` : "another layout";
    throw unsupported(`${found}, not ${LEGACY_VERSION}`);
  }
  const system = readPickle(reader, host);
  if (system instanceof Map && system.get("little_endian") === false) {
    throw unsupported("big-endian numbers");
  }
  const tensors = collectTensors(readPickle(reader, host));
  const keys = readPickle(reader, host);
  for (const key of Array.isArray(keys) ? keys : []) {
    const type = types.get(key);
    if (!type) throw unsupported("a storage that no tensor uses");
    places.set(key, reader.bytes(reader.u64() * ELEMENT_BYTES[type]));
  }
  return tensors;
}

/**
 * Reads a checkpoint of PyTorch since 1.6: a ZIP archive with `data.pkl` and one entry per storage.
 *
 * @param bytes The file.
 * @returns The tensors of its state dict.
 * @throws {CheckpointError} If it is damaged, or more than a state dict.
 */
export function readZipTorch(bytes: Uint8Array<ArrayBuffer>): Checkpoint {
  const entries = readZip(bytes);
  const name = entries.keys().find((key) => /^[^/]+\/data\.pkl$/.test(key));
  const pickle = entries.get(name ?? "");
  if (name === undefined || !pickle) {
    throw new CheckpointError(
      "not_a_checkpoint",
      "Cannot read the ZIP archive as a PyTorch checkpoint: it has no data.pkl",
    );
  }
  const folder = name.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== "little") {
    throw unsupported("big-endian numbers");
  }
  const host = createTorchHost(({ key }) => {
    const storage = entries.get(`${folder}data/${key}`);
    if (storage) return storage;
    throw new CheckpointError(
      "damaged_checkpoint",
      `Cannot read the PyTorch checkpoint: its entry data/${key} is missing; download it again`,
    );
  });
  return collectTensors(readPickle(new ByteReader(pickle, "data.pkl"), host));
}

/** The tensors of a state dict, or of the state dict inside a training checkpoint. */
function collectTensors(value: unknown): Checkpoint {
  const dict = value instanceof Map && value.get("state_dict") instanceof Map
    ? value.get("state_dict")
    : value;
  if (!(dict instanceof Map)) throw unsupported("no dict at its top");
  const tensors = new Map<string, Tensor>();
  for (const [key, item] of dict) {
    if (typeof key === "string" && item instanceof StoredTensor) tensors.set(key, item);
  }
  return tensors;
}

function unsupported(what: string): CheckpointError {
  return new CheckpointError(
    "unsupported_checkpoint",
    `Cannot read the PyTorch checkpoint: it has ${what}`,
  );
}
