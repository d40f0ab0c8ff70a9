import { CheckpointError } from "./errors.ts";

/** Reads little-endian values one after the other; never beyond the end. */
export class ByteReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #what: string;
  /** Where the next value begins, in bytes. */
  position: number;

  /**
   * @param bytes What to read.
   * @param what The name of the bytes in error texts.
   * @param position Where to begin, in bytes. Default 0.
   */
  constructor(bytes: Uint8Array<ArrayBuffer>, what: string, position: number = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.position = position;
  }

  /**
   * Takes bytes without copying them.
   *
   * @param length How many.
   * @returns A view of them.
   * @throws {CheckpointError} `damaged_checkpoint` if fewer are left.
   */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** @returns An unsigned integer of 8 bit. */
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** @returns An unsigned integer of 16 bit. */
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  /** @returns A signed integer of 32 bit. */
  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** @returns An unsigned integer of 32 bit. */
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** @returns An unsigned integer of 64 bit; beyond 2^53 it is rounded, and no length that fits. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** @returns A double in network order, as pickles have it. */
  bigEndianDouble(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /**
   * Takes text.
   *
   * @param length Its length in bytes of UTF-8.
   * @returns The text.
   */
  text(length: number): string {
    return new TextDecoder().decode(this.bytes(length));
  }

  /** @returns Text up to the next line feed, which is skipped. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.#truncated();
    const text = this.text(end - this.position);
    this.position++;
    return text;
  }

  #take(length: number): number {
    const start = this.position;
    if (length > this.#bytes.length - start || start < 0) throw this.#truncated();
    this.position = start + length;
    return start;
  }

  #truncated(): CheckpointError {
    return new CheckpointError(
      "damaged_checkpoint",
      `Cannot read ${this.#what}: it ends after ${this.#bytes.length} bytes, in the middle of a ` +
        "value; download it again",
    );
  }
}
