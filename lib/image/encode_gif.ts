import type { Animation, Pixels } from "./types.ts";

/** A colour of a palette: RGB, or RGBA. */
type Color = readonly number[];

/** What gifenc 1.0.3 does; it has no types. It reads all of a buffer, whatever the view. */
interface GifEnc {
  readonly GIFEncoder: () => {
    writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  };
  quantize(
    data: Uint8ClampedArray,
    colors: number,
    options: { readonly format: PaletteFormat },
  ): Color[];
  applyPalette(data: Uint8ClampedArray, palette: Color[], format: PaletteFormat): Uint8Array;
}

type PaletteFormat = "rgb444" | "rgb565";

interface FrameOptions {
  readonly palette: Color[];
  /** Milliseconds. */
  readonly delay: number;
  readonly transparent: boolean;
  readonly transparentIndex: number;
  /** Disposal method of GIF89a, section 23. */
  readonly dispose: 1 | 2;
  /** -1: once; 0: for ever; else the repetitions after the first play. */
  readonly repeat: number;
}

/** The longest delay that the format holds, in milliseconds. */
const MOST_DELAY = 655_350;

/** A GIF's pixel is there or not: half transparent is there. */
const OPAQUE_FROM = 128;

/**
 * Writes a GIF: each frame whole, with a palette of its own, without dithering.
 *
 * @param animation One frame or more.
 * @param quality 1..100: 16 colours a frame up to 256.
 * @returns The GIF.
 */
export async function encodeGif(
  animation: Animation,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { default: loaded } = await import("gifenc");
  const gifenc = loaded as unknown as GifEnc;
  const encoder = gifenc.GIFEncoder();
  const colors = Math.min(256, Math.round(16 * 2 ** (quality / 25)));
  const repeat = animation.plays === 0 ? 0 : animation.plays === 1 ? -1 : animation.plays - 1;
  // Where a frame is transparent, the one before it must be gone.
  const dispose = animation.frames.some(({ pixels }) => isTransparent(pixels)) ? 2 : 1;
  for (const frame of animation.frames) {
    const { width, height } = frame.pixels;
    const delay = Math.min(MOST_DELAY, frame.delay);
    const { index, ...options } = reduce(gifenc, frame.pixels, { colors });
    encoder.writeFrame(index, width, height, { ...options, delay, dispose, repeat });
  }
  encoder.finish();
  return new Uint8Array(encoder.bytes());
}

function isTransparent({ data }: Pixels): boolean {
  return data.some((value, i) => i % 4 === 3 && value < OPAQUE_FROM);
}

/** A picture as numbers of its palette's colours. */
type Indexed = Pick<FrameOptions, "palette"> & { readonly index: Uint8Array };

function reduce(
  gifenc: GifEnc,
  pixels: Pixels,
  { colors }: { readonly colors: number },
): Omit<FrameOptions, "delay" | "dispose" | "repeat"> & { readonly index: Uint8Array } {
  const data = withoutHalves(pixels);
  const transparent = isTransparent(pixels);
  const indexed = keep(data, colors) ?? merge(gifenc, data, { colors, transparent });
  const found = indexed.palette.findIndex((color) => color[3] === 0);
  return {
    ...indexed,
    transparent,
    transparentIndex: Math.max(0, found),
  };
}

/** Keeps every colour where there are few: drawings, and all greys, stay exact. */
function keep(data: Uint8ClampedArray<ArrayBuffer>, colors: number): Indexed | undefined {
  const numbers = new Map<number, number>();
  const codes = new Uint32Array(data.buffer);
  const index = new Uint8Array(codes.length);
  const palette: Color[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    let number = numbers.get(code);
    if (number === undefined) {
      if (palette.length >= colors) return undefined;
      number = palette.length;
      numbers.set(code, number);
      palette.push([...data.subarray(4 * i, 4 * i + 4)]);
    }
    index[i] = number;
  }
  return { index, palette };
}

/** Merging colours takes the square of their number: noise in the finer format took 13 seconds. */
const MOST_BINS = 16_384;

/** Merges similar colours of the opaque pixels; what is transparent gets a number of its own. */
function merge(
  { quantize, applyPalette }: GifEnc,
  data: Uint8ClampedArray,
  { colors, transparent }: { readonly colors: number; readonly transparent: boolean },
): Indexed {
  const opaque = transparent ? opaqueOnly(data) : data;
  const format = countBins(opaque) > MOST_BINS ? "rgb444" : "rgb565";
  const palette = quantize(opaque, transparent ? colors - 1 : colors, { format });
  const index = applyPalette(data, palette, "rgb565");
  if (!transparent) return { index, palette };
  for (let i = 0; i < index.length; i++) if (data[4 * i + 3] === 0) index[i] = palette.length;
  return { index, palette: [...palette, [0, 0, 0, 0]] };
}

function opaqueOnly(data: Uint8ClampedArray): Uint8ClampedArray {
  const opaque = new Uint8ClampedArray(data.length);
  let to = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    opaque.set(data.subarray(i, i + 4), to);
    to += 4;
  }
  return opaque.slice(0, to);
}

/** Number of different colours of 5, 6 and 5 bits. */
function countBins(data: Uint8ClampedArray): number {
  const seen = new Uint8Array(65_536);
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = [data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0];
    seen[(red >> 3) << 11 | (green >> 2) << 5 | blue >> 3] = 1;
  }
  return seen.reduce((sum, one) => sum + one, 0);
}

/** A copy in which every pixel is opaque or nothing. */
function withoutHalves({ data }: Pixels): Uint8ClampedArray<ArrayBuffer> {
  const whole = data.slice();
  for (let i = 0; i < whole.length; i += 4) {
    if ((whole[i + 3] ?? 0) < OPAQUE_FROM) whole.fill(0, i, i + 4);
    else whole[i + 3] = 255;
  }
  return whole;
}
