import { CheckpointError } from "./errors.ts";
import { readSafetensors } from "./safetensors.ts";
import type { Checkpoint } from "./tensor.ts";
import { isLegacyTorch, readLegacyTorch, readZipTorch } from "./torch.ts";

/** The longest safetensors header that is believed, in bytes; the format allows 100 MB. */
const MAX_HEADER = 100_000_000;

/**
 * Reads a checkpoint: PyTorch (both layouts of `torch.save`) or safetensors, told by its bytes.
 *
 * @param bytes The file.
 * @returns Its tensors; they are converted when they are read.
 * @throws {CheckpointError} `not_a_checkpoint` saying how the file begins, or why it is refused.
 */
export function readCheckpoint(bytes: Uint8Array<ArrayBuffer>): Checkpoint {
  if (isLegacyTorch(bytes)) return readLegacyTorch(bytes);
  if (bytes.subarray(0, 4).toHex() === "504b0304") return readZipTorch(bytes);
  if (isSafetensors(bytes)) return readSafetensors(bytes);
  throw new CheckpointError(
    "not_a_checkpoint",
    `Cannot read the file as a checkpoint: it ${describeStart(bytes)}; a state dict written by ` +
      "torch.save or a safetensors file is needed",
  );
}

function isSafetensors(bytes: Uint8Array<ArrayBuffer>): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const header = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return header <= BigInt(MAX_HEADER);
}

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return "is empty";
  const start = bytes.subarray(0, 16);
  const text = start.every((byte) => byte >= 0x20 && byte < 0x7f)
    ? JSON.stringify(new TextDecoder().decode(start))
    : `the bytes ${start.toHex()}`;
  return `begins with ${text}`;
}
