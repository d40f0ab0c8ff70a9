/** A still has three or four units; more than this is no still. */
const MOST_UNITS = 1000;

const SEQUENCE_HEADER = 1;

/**
 * Finds the largest picture that AV1 data may hold (AV1 specification, sections 5.3 and 5.5).
 *
 * @param data Open bitstream units.
 * @returns Pixels of the largest sequence header; 0 where there is none.
 * @throws {RangeError} If a header ends early.
 */
export function largestSequence(data: Uint8Array): number {
  let largest = 0;
  let at = 0;
  for (let units = 0; at < data.length; units++) {
    if (units >= MOST_UNITS) throw new RangeError("too many units");
    const head = data[at] ?? 0;
    at += head & 4 ? 2 : 1;
    let size = data.length - at;
    if (head & 2) [size, at] = readLeb128(data, at);
    if ((head >> 3 & 15) === SEQUENCE_HEADER) {
      largest = Math.max(largest, sequencePixels(new BitReader(data.subarray(at, at + size))));
    }
    at += size;
  }
  return largest;
}

/** A number of seven bits per byte, and where it ends. */
function readLeb128(data: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = data[start + i] ?? 0;
    value += (byte & 127) * 128 ** i;
    if (byte < 128) return [value, start + i + 1];
  }
  throw new RangeError("a size without end");
}

function sequencePixels(bits: BitReader): number {
  bits.read(4);
  const reduced = bits.read(1) === 1;
  if (reduced) bits.read(5);
  else skipOperatingPoints(bits);
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1];
  return (bits.read(widthBits) + 1) * (bits.read(heightBits) + 1);
}

function skipOperatingPoints(bits: BitReader): void {
  const delayBits = bits.read(1) === 1 ? skipTiming(bits) : 0;
  const displayDelays = bits.read(1) === 1;
  for (let points = bits.read(5) + 1; points > 0; points--) {
    bits.read(12);
    if (bits.read(5) > 7) bits.read(1);
    if (delayBits > 0 && bits.read(1) === 1) {
      bits.read(delayBits);
      bits.read(delayBits);
      bits.read(1);
    }
    if (displayDelays && bits.read(1) === 1) bits.read(4);
  }
}

/** Timing and decoder model; gives the bits of a delay, 0 without a model. */
function skipTiming(bits: BitReader): number {
  bits.read(32);
  bits.read(32);
  if (bits.read(1) === 1) {
    skipNumber(bits);
  }
  if (bits.read(1) === 0) return 0;
  const delayBits = bits.read(5) + 1;
  bits.read(42);
  return delayBits;
}

/** A number of up to 32 bits (`uvlc`, section 4.10.3). */
function skipNumber(bits: BitReader): void {
  let zeros = 0;
  while (bits.read(1) === 0) {
    if (++zeros > 32) throw new RangeError("a number without end");
  }
  bits.read(zeros);
}

/** Reads bits, high bit first. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw new RangeError("a sequence header ends early");
      value = 2 * value + (byte >> (7 - (this.#at & 7)) & 1);
    }
    return value;
  }
}
