/**
 * ImageScript's WASM decoders and its PNG encoder. Its main module is not used: it loads a native
 * library, which would need the permission to run any native code.
 *
 * @module
 */
import type { Pixels } from "./types.ts";

/** A decoder's raw result. */
interface Framebuffer {
  readonly width: number;
  readonly height: number;
}

/** A codec file of ImageScript: each `init` gives a fresh instance with its own memory. */
interface Codec<Instance> {
  init(): Promise<Instance>;
}

interface PngCodec {
  decode(bytes: Uint8Array): Framebuffer & { readonly framebuffer: Uint8Array<ArrayBuffer> };
}

interface JpegCodec {
  load(bytes: Uint8Array): Framebuffer & { readonly buffer: Uint8Array<ArrayBuffer> };
}

interface GifFrame extends Framebuffer {
  readonly x: number;
  readonly y: number;
  readonly buffer: Uint8Array<ArrayBuffer>;
}

interface GifCodec {
  readonly Decoder: new (bytes: Uint8Array) => { frame(): GifFrame | null; free(): void };
}

interface PngEncoder {
  encode(
    data: Uint8ClampedArray,
    options: { width: number; height: number; channels: 4; level: number; depth: 8 },
  ): Promise<Uint8Array>;
}

/** The package has no types for these files; the interfaces above are what version 1.3.1 does. */
async function codec<T>(loading: Promise<unknown>): Promise<T> {
  const module = await loading as { default: T };
  return module.default;
}

/**
 * @param bytes A PNG.
 * @returns Its pixels, 16 bit reduced to 8.
 */
export async function decodePng(bytes: Uint8Array): Promise<Pixels> {
  const png = await codec<Codec<PngCodec>>(import("imagescript/wasm/node/png.js"));
  const { width, height, framebuffer } = (await png.init()).decode(bytes);
  return rgba(width, height, framebuffer);
}

/**
 * @param bytes A JPEG: grey, YCbCr or CMYK.
 * @returns Its pixels as stored, not turned.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Pixels> {
  const jpeg = await codec<Codec<JpegCodec>>(import("imagescript/wasm/node/jpeg.js"));
  const { width, height, buffer } = (await jpeg.init()).load(bytes);
  return rgba(width, height, buffer);
}

/**
 * @param bytes A GIF.
 * @param screen The size of its screen, in pixels.
 * @returns Its first frame, placed on the screen.
 */
export async function decodeGif(
  bytes: Uint8Array,
  screen: { readonly width: number; readonly height: number },
): Promise<Pixels> {
  const gif = await codec<Codec<GifCodec>>(import("imagescript/wasm/node/gif.js"));
  const decoder = new (await gif.init()).Decoder(bytes);
  const frame = decoder.frame();
  if (!frame) throw new RangeError("there is no frame");
  const whole = rgba(screen.width, screen.height, new Uint8Array(4 * screen.width * screen.height));
  const columns = Math.min(frame.width, screen.width - frame.x);
  for (let row = 0; row < Math.min(frame.height, screen.height - frame.y); row++) {
    const start = 4 * row * frame.width;
    const line = frame.buffer.subarray(start, start + 4 * columns);
    whole.data.set(line, 4 * ((frame.y + row) * screen.width + frame.x));
  }
  return whole;
}

/**
 * @param pixels The picture.
 * @param level Compression, 0 to 9.
 * @returns A PNG.
 */
export async function encodePng(pixels: Pixels, level: number): Promise<Uint8Array<ArrayBuffer>> {
  const png = await codec<PngEncoder>(import("imagescript/png/node.js"));
  const { width, height, data } = pixels;
  return new Uint8Array(await png.encode(data, { width, height, channels: 4, depth: 8, level }));
}

function rgba(width: number, height: number, bytes: Uint8Array<ArrayBuffer>): Pixels {
  if (bytes.length !== 4 * width * height) {
    throw new RangeError(`the codec gave ${bytes.length} bytes for ${width} x ${height} pixels`);
  }
  return {
    width,
    height,
    data: new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length),
  };
}
