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
  quantize(data: Uint8ClampedArray, colors: number, options: PaletteOptions): Color[];
  applyPalette(data: Uint8ClampedArray, palette: Color[], format: PaletteFormat): Uint8Array;
}

type PaletteFormat = "rgb565" | "rgba4444";

interface PaletteOptions {
  readonly format: PaletteFormat;
  /** Whether the palette's colours are opaque or nothing. */
  readonly oneBitAlpha: boolean;
}

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
  for (const frame of animation.frames) {
    const { width, height } = frame.pixels;
    const delay = Math.min(MOST_DELAY, frame.delay);
    const { index, ...options } = reduce(gifenc, frame.pixels, { colors });
    encoder.writeFrame(index, width, height, { ...options, delay, repeat });
  }
  encoder.finish();
  return new Uint8Array(encoder.bytes());
}

function reduce(
  { quantize, applyPalette }: GifEnc,
  pixels: Pixels,
  { colors }: { readonly colors: number },
): Omit<FrameOptions, "delay" | "repeat"> & { index: Uint8Array } {
  const data = withoutHalves(pixels);
  const transparent = data.some((value, i) => i % 4 === 3 && value === 0);
  const format = transparent ? "rgba4444" : "rgb565";
  const palette = quantize(data, colors, { format, oneBitAlpha: transparent });
  const transparentIndex = transparent ? palette.findIndex((color) => color[3] === 0) : 0;
  return {
    index: applyPalette(data, palette, format),
    palette,
    transparent,
    transparentIndex,
    dispose: transparent ? 2 : 1,
  };
}

/** A copy in which every pixel is opaque or nothing. */
function withoutHalves({ data }: Pixels): Uint8ClampedArray {
  const whole = data.slice();
  for (let i = 0; i < whole.length; i += 4) {
    if ((whole[i + 3] ?? 0) < OPAQUE_FROM) whole.fill(0, i, i + 4);
    else whole[i + 3] = 255;
  }
  return whole;
}
