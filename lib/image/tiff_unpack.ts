import { inflateSync } from "node:zlib";

/**
 * Unpacks one strip or tile of a TIFF, never beyond its own size: a bomb ends there.
 *
 * @param packed The packed bytes.
 * @param compression The number of the method (TIFF tag 259).
 * @param size Bytes of the unpacked strip or tile.
 * @returns Exactly so many bytes; undefined for an unknown method.
 * @throws {RangeError} If the packed bytes hold fewer.
 */
export function unpack(
  packed: Uint8Array,
  compression: number,
  { size }: { readonly size: number },
): Uint8Array | undefined {
  const read = UNPACKERS[compression];
  if (!read) return undefined;
  const bytes = read(packed, size);
  if (bytes.length < size) throw new RangeError(`${bytes.length} of ${size} bytes`);
  return bytes.subarray(0, size);
}

type Unpacker = (packed: Uint8Array, size: number) => Uint8Array;

const UNPACKERS: Readonly<Record<number, Unpacker>> = {
  1: (packed, size) => packed.slice(0, size),
  5: unpackLzw,
  8: inflate,
  32773: unpackBits,
  32946: inflate,
};

/** Some writers pad their last strip. */
const PADDING = 65_536;

function inflate(packed: Uint8Array, size: number): Uint8Array {
  return inflateSync(packed, { maxOutputLength: size + PADDING });
}

/** TIFF 6.0, section 9. */
function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < packed.length && to < size;) {
    const head = packed[at++] ?? 128;
    if (head < 128) {
      const literal = packed.subarray(at, at + Math.min(head + 1, size - to));
      bytes.set(literal, to);
      at += head + 1;
      to += literal.length;
    } else if (head > 128) {
      bytes.fill(packed[at++] ?? 0, to, to + 257 - head);
      to += 257 - head;
    }
  }
  return bytes.subarray(0, Math.min(to, size));
}

const CLEAR = 256;
const END = 257;

/** TIFF 6.0, section 13: codes of 9 to 12 bits, high bit first, widened one code early. */
function unpackLzw(packed: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  // An entry of the table is a piece of what is already written: its start and its length.
  const starts = new Uint32Array(4097);
  const lengths = new Uint16Array(4097);
  let [next, width, buffer, held, at, to, previous] = [258, 9, 0, 0, 0, 0, -1];
  while (to < size) {
    while (held < width && at < packed.length) {
      buffer = ((buffer << 8) | (packed[at++] ?? 0)) & 0xffffff;
      held += 8;
    }
    if (held < width) break;
    const code = (buffer >> (held - width)) & ((1 << width) - 1);
    held -= width;
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, previous] = [258, 9, -1];
      continue;
    }
    const start = to;
    if (code < 256) bytes[to++] = code;
    else {
      if (code > next || (code === next && previous < 0)) throw new RangeError(`LZW code ${code}`);
      const from = code === next ? previous : starts[code] ?? 0;
      const length = code === next ? start - previous + 1 : lengths[code] ?? 0;
      for (let i = 0; i < length && to < size; i++) bytes[to++] = bytes[from + i] ?? 0;
    }
    if (previous >= 0 && next < 4096) {
      starts[next] = previous;
      lengths[next] = start - previous + 1;
      next++;
    }
    previous = start;
    if (next + 1 >= 1 << width && width < 12) width++;
  }
  return bytes.subarray(0, to);
}
