import { ByteReader } from "./byte_reader.ts";
import { CheckpointError } from "./errors.ts";

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;

/** Bytes of the end record without its comment (APPNOTE 4.3.16). */
const END_BYTES = 22;

/** The longest comment behind the end record, in bytes. */
const MAX_COMMENT = 65_535;

/**
 * Reads a ZIP archive whose entries are stored, not compressed, as PyTorch writes them.
 *
 * @param bytes The archive, below 4 GiB.
 * @returns Views of the entries by name.
 * @throws {CheckpointError} `damaged_checkpoint` if the directory does not fit the bytes,
 *   `unsupported_checkpoint` for compressed or encrypted entries.
 */
export function readZip(
  bytes: Uint8Array<ArrayBuffer>,
): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const end = findEnd(bytes);
  const reader = new ByteReader(bytes, "the ZIP archive", end + 10);
  const count = reader.u16();
  reader.u32();
  reader.position = reader.u32();
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let i = 0; i < count; i++) {
    const entry = readCentralHeader(reader);
    entries.set(entry.name, readStored(bytes, entry));
  }
  return entries;
}

interface Entry {
  readonly name: string;
  readonly bytes: number;
  readonly offset: number;
}

function findEnd(bytes: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = bytes.length - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new CheckpointError(
    "damaged_checkpoint",
    "Cannot read the ZIP archive: its directory at the end is missing; download it again",
  );
}

function readCentralHeader(reader: ByteReader): Entry {
  assertSignature(reader.u32(), CENTRAL_HEADER);
  reader.bytes(4);
  const [flags, method] = [reader.u16(), reader.u16()];
  reader.bytes(8);
  const [stored, size] = [reader.u32(), reader.u32()];
  const [nameBytes, extraBytes, commentBytes] = [reader.u16(), reader.u16(), reader.u16()];
  reader.bytes(8);
  const offset = reader.u32();
  const name = reader.text(nameBytes);
  reader.bytes(extraBytes + commentBytes);
  if (method !== 0 || (flags & 1) !== 0 || stored !== size) {
    throw new CheckpointError(
      "unsupported_checkpoint",
      `Cannot read the ZIP archive: "${name}" is compressed or encrypted, and PyTorch stores its ` +
        "entries as they are",
    );
  }
  return { name, bytes: size, offset };
}

/** The lengths of name and padding differ between the directory and the entry's own header. */
function readStored(bytes: Uint8Array<ArrayBuffer>, entry: Entry): Uint8Array<ArrayBuffer> {
  const reader = new ByteReader(bytes, `"${entry.name}" in the ZIP archive`, entry.offset);
  assertSignature(reader.u32(), LOCAL_HEADER);
  reader.bytes(22);
  const [nameBytes, extraBytes] = [reader.u16(), reader.u16()];
  reader.bytes(nameBytes + extraBytes);
  return reader.bytes(entry.bytes);
}

function assertSignature(found: number, expected: number): void {
  if (found === expected) return;
  throw new CheckpointError(
    "damaged_checkpoint",
    "Cannot read the ZIP archive: its directory points to the wrong place; download it again",
  );
}
