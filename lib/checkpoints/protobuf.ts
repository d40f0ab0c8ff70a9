import { concat } from "../concat.ts";

/** Writes one protobuf message, field by field. */
export class Message {
  readonly #parts: Uint8Array[] = [];

  /**
   * Adds an integer.
   *
   * @param field The field's number.
   * @param value A safe integer of at least 0.
   * @returns The message.
   */
  int(field: number, value: number): this {
    this.#parts.push(varint(field << 3), varint(value));
    return this;
  }

  /**
   * Adds text, bytes or a message.
   *
   * @param field The field's number.
   * @param value What it holds.
   * @returns The message.
   */
  add(field: number, value: string | Uint8Array | Message): this {
    const bytes = value instanceof Message
      ? value.finish()
      : typeof value === "string"
      ? new TextEncoder().encode(value)
      : value;
    this.#parts.push(varint((field << 3) | 2), varint(bytes.length), bytes);
    return this;
  }

  /** @returns The message's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    return concat(this.#parts);
  }
}

/** Seven bits per byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
