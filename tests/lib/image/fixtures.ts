import { deflateSync } from "node:zlib";

/**
 * @param parts Bytes, or text of codes up to 255.
 * @returns All of them in one piece.
 */
export function join(...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array<
  ArrayBuffer
> {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? [...part].map((letter) => letter.charCodeAt(0)) : [...part]
    ),
  );
}

/** Big-endian bytes of 32-bit numbers. */
export function be32(...values: readonly number[]): number[] {
  return values.flatMap((
    value,
  ) => [value >> 24 & 255, value >> 16 & 255, value >> 8 & 255, value & 255]);
}

/** Big-endian bytes of 16-bit numbers. */
export function be16(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value >> 8 & 255, value & 255]);
}

/** Little-endian bytes of 16-bit numbers. */
export function le16(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value & 255, value >> 8 & 255]);
}

/** Collects bits into bytes, high bit first. */
export class BitWriter {
  readonly #bits: number[] = [];

  /** Appends the low bits of a number. */
  write(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.#bits.push(value >> i & 1);
  }

  /** All bits so far, filled up with a bit. */
  bytes(fill: 0 | 1): number[] {
    const bytes: number[] = [];
    for (let i = 0; i < this.#bits.length; i += 8) {
      let byte = 0;
      for (let j = i; j < i + 8; j++) byte = 2 * byte + (this.#bits[j] ?? fill);
      bytes.push(byte);
    }
    return bytes;
  }
}

/** Inserts a chunk behind a PNG's header; its checksum is right. */
export function withPngChunk(
  png: Uint8Array,
  name: string,
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const content = join(name, body);
  return join(
    png.subarray(0, 33),
    be32(body.length),
    content,
    be32(crc32(content)),
    png.subarray(33),
  );
}

/** Puts a profile into a PNG. */
export function withIccp(png: Uint8Array, profile: Uint8Array): Uint8Array<ArrayBuffer> {
  return withPngChunk(png, "iCCP", join("test\0\0", deflateSync(profile)));
}

/** Puts segments behind a JPEG's first marker. */
export function withSegment(
  jpeg: Uint8Array,
  marker: number,
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = [0xff, marker, ...be16(body.length + 2)];
  return join(jpeg.subarray(0, 2), head, body, jpeg.subarray(2));
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** An ICC profile of the given space and tags, as small as the format allows. */
export function iccProfile(
  space: "RGB " | "GRAY" | "CMYK",
  tags: Readonly<Record<string, readonly number[]>>,
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(tags);
  const table = [...be32(names.length)];
  const bodies: number[] = [];
  for (const name of names) {
    const body = tags[name] ?? [];
    table.push(...join(name), ...be32(132 + 12 * names.length + bodies.length, body.length));
    bodies.push(...body, ...Array<number>((4 - body.length % 4) % 4).fill(0));
  }
  const head = new Uint8Array(128);
  head.set(join("mntr", space, "XYZ "), 12);
  head.set(join("acsp"), 36);
  return join(head, table, bodies);
}

/** Tags of a matrix profile: colorants relative to D50, and one curve for all. */
export function matrixTags(
  colorants: readonly (readonly number[])[],
  curve: readonly number[],
): Record<string, readonly number[]> {
  const xyz = colorants.map((color) => [...join("XYZ \0\0\0\0"), ...s15(...color)]);
  const [rXYZ = [], gXYZ = [], bXYZ = []] = xyz;
  return { rXYZ, gXYZ, bXYZ, rTRC: curve, gTRC: curve, bTRC: curve };
}

/** A parametric curve (ICC.1, section 10.18). */
export function para(kind: number, ...parameters: readonly number[]): number[] {
  return [...join("para\0\0\0\0"), ...be16(kind, 0), ...s15(...parameters)];
}

/** A sampled curve (ICC.1, section 10.6); of one value: its gamma times 256. */
export function curv(...values: readonly number[]): number[] {
  return [...join("curv\0\0\0\0"), ...be32(values.length), ...be16(...values)];
}

function s15(...values: readonly number[]): number[] {
  return be32(...values.map((value) => Math.round(65536 * value)));
}

/** One frame of {@linkcode writeGif}. */
export interface GifPart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Number in the palette of all its pixels; 0 is transparent, 1 red, 2 green, 3 blue. */
  readonly color: number;
  /** Disposal method of GIF89a, section 23. */
  readonly dispose: number;
  /** Hundredths of a second. */
  readonly delay: number;
}

/** Writes a GIF of flat rectangles, by the letter of GIF89a and without compression. */
export function writeGif(
  [width, height]: readonly [number, number],
  parts: readonly GifPart[],
  repeat?: number,
): Uint8Array<ArrayBuffer> {
  const palette = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];
  const loop = repeat === undefined
    ? []
    : [0x21, 0xff, 11, ...join("NETSCAPE2.0"), 3, 1, ...le16(repeat), 0];
  const frames = parts.map((part) => {
    const control = [0x21, 0xf9, 4, part.dispose << 2 | 1, ...le16(part.delay), 0, 0];
    const place = [0x2c, ...le16(part.x, part.y, part.width, part.height), 0];
    return [
      ...control,
      ...place,
      2,
      ...subBlocks(literals(part.width * part.height, part.color)),
      0,
    ];
  });
  return join("GIF89a", le16(width, height), [0x81, 0, 0], palette, loop, ...frames, [0x3b]);
}

/** LZW codes of 3 bits, low bit first, with a clear code before the table could grow. */
function literals(count: number, color: number): number[] {
  const codes = Array.from({ length: count }, (_, i) => i % 2 === 0 ? [4, color] : [color]).flat();
  const bits = [...codes, 5].flatMap((code) => [code & 1, code >> 1 & 1, code >> 2]);
  const bytes: number[] = [];
  for (let i = 0; i < bits.length; i += 8) {
    bytes.push(bits.slice(i, i + 8).reduce((sum, bit, j) => sum | bit << j, 0));
  }
  return bytes;
}

function subBlocks(bytes: readonly number[]): number[] {
  const blocks: number[] = [];
  for (let i = 0; i < bytes.length; i += 255) {
    const block = bytes.slice(i, i + 255);
    blocks.push(block.length, ...block);
  }
  return blocks;
}

/** PackBits (TIFF 6.0, section 9): runs where there are any, else literals. */
export function packBits(bytes: Uint8Array): Uint8Array {
  const packed: number[] = [128];
  for (let at = 0; at < bytes.length;) {
    let run = 1;
    while (run < 128 && at + run < bytes.length && bytes[at + run] === bytes[at]) run++;
    if (run > 1) packed.push(257 - run, bytes[at] ?? 0);
    else packed.push(0, bytes[at] ?? 0);
    at += run;
  }
  return join(packed);
}

/** LZW as TIFF has it (TIFF 6.0, section 13). */
export function packLzw(bytes: Uint8Array): Uint8Array {
  const bits = new BitWriter();
  let table = new Map<string, number>();
  let [next, width, text] = [258, 9, ""];
  const codeOf = (letters: string): number =>
    letters.length === 1 ? letters.charCodeAt(0) : table.get(letters) ?? 0;
  bits.write(256, 9);
  for (const byte of bytes) {
    const longer = text + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      text = longer;
      continue;
    }
    bits.write(codeOf(text), width);
    table.set(longer, next++);
    if (next === 4095) {
      bits.write(256, 12);
      [table, next, width] = [new Map(), 258, 9];
    } else if (next >= 1 << width) width++;
    text = longer.slice(-1);
  }
  bits.write(codeOf(text), width);
  return join(bits.bytes(0));
}
