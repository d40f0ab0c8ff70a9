/**
 * ImageScript's WASM decoders. Its main module is not used: it loads a native library, which would
 * need the permission to run any native code.
 *
 * @module
 */
import type { Patch } from "./compose.ts";
import { ImageError } from "./errors.ts";
import type { Size } from "./geometry.ts";
import { withAdobe } from "./jpeg_adobe.ts";
import { jpegSegments, SOS } from "./probe_jpeg.ts";
import { blank } from "./transform.ts";
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
  /** Gives the smallest of the eighth, quarter, half and whole that reaches either side. */
  decode(bytes: Uint8Array, width: number, height: number): Framebuffer & {
    /** One of {@linkcode JPEG_SAMPLES}, by index. */
    readonly format: number;
    readonly buffer: Uint8Array<ArrayBuffer>;
  };
}

interface GifFrame extends Framebuffer {
  readonly x: number;
  readonly y: number;
  /** Hundredths of a second. */
  readonly delay: number;
  /** One of {@linkcode DISPOSALS}, by index. */
  readonly dispose: number;
  readonly buffer: Uint8Array<ArrayBuffer>;
}

interface GifCodec {
  readonly Decoder: new (bytes: Uint8Array) => { frame(): GifFrame | null };
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

/** Samples of a pixel by the JPEG codec's format: grey, RGB, CMYK. */
const JPEG_SAMPLES = [1, 3, 4] as const;

/**
 * @param bytes A JPEG: grey, YCbCr, RGB, CMYK or YCCK.
 * @param wanted Its stored size, or a half, a quarter or an eighth of it, rounded up.
 * @returns Its pixels as stored, not turned; CMYK by the plain formula.
 * @throws {ImageError} `unsupported_image` for hundreds of scans.
 */
export async function decodeJpeg(bytes: Uint8Array, wanted: Size): Promise<Pixels> {
  assertScans(bytes);
  const jpeg = await codec<Codec<JpegCodec>>(import("imagescript/wasm/node/jpeg.js"));
  const { width, height, format, buffer } = (await jpeg.init()).decode(
    withAdobe(bytes),
    reach(wanted.width),
    reach(wanted.height),
  );
  const samples = JPEG_SAMPLES[format];
  if (samples === undefined || buffer.length !== samples * width * height) {
    throw new RangeError(`the codec gave ${buffer.length} bytes for ${width} x ${height} pixels`);
  }
  const pixels = blank(width, height);
  SPREADERS[samples](buffer, pixels.data);
  return pixels;
}

/**
 * The codec is asked for a size that one of its scales reaches first. A side of 1 is reached by all
 * of them: the other one decides.
 */
function reach(side: number): number {
  return side === 1 ? 65_535 : side;
}

/** Progressive writers use about ten; a scan of few bytes can cost as much as the whole picture. */
const MOST_SCANS = 100;

function assertScans(bytes: Uint8Array): void {
  let scans = 0;
  for (const { marker } of jpegSegments(bytes)) {
    if (marker === SOS) scans++;
  }
  if (scans > MOST_SCANS) {
    throw new ImageError(
      "unsupported_image",
      `The JPEG has ${scans} scans: up to ${MOST_SCANS} are supported`,
    );
  }
}

const SPREADERS: Readonly<
  Record<1 | 3 | 4, (samples: Uint8Array, data: Uint8ClampedArray) => void>
> = {
  1: (samples, data) => {
    for (let i = 0, to = 0; to < data.length; i++, to += 4) {
      data[to] = data[to + 1] = data[to + 2] = samples[i] ?? 0;
      data[to + 3] = 255;
    }
  },
  3: (samples, data) => {
    for (let i = 0, to = 0; to < data.length; i += 3, to += 4) {
      data[to] = samples[i] ?? 0;
      data[to + 1] = samples[i + 1] ?? 0;
      data[to + 2] = samples[i + 2] ?? 0;
      data[to + 3] = 255;
    }
  },
  // Adobe's files store ink inverted; the codec has undone that: 255 is full ink.
  4: (samples, data) => {
    for (let i = 0; i < data.length; i += 4) {
      const light = (255 - (samples[i + 3] ?? 0)) / 255;
      data[i] = (255 - (samples[i] ?? 0)) * light;
      data[i + 1] = (255 - (samples[i + 1] ?? 0)) * light;
      data[i + 2] = (255 - (samples[i + 2] ?? 0)) * light;
      data[i + 3] = 255;
    }
  },
};

/** What the GIF codec's disposals mean; its numbers are not those of GIF89a. */
const DISPOSALS: readonly Patch["dispose"][] = ["keep", "keep", "restore", "clear"];

/** Browsers show frames of up to a hundredth of a second for a tenth. */
function gifDelay(hundredths: number): number {
  return hundredths <= 1 ? 100 : 10 * hundredths;
}

/**
 * Decodes the frames of a GIF one by one.
 *
 * @param bytes The GIF; the size of its frames is checked by the caller.
 * @returns Its frames, not yet composed.
 */
export async function* gifPatches(bytes: Uint8Array): AsyncGenerator<Patch> {
  const gif = await codec<Codec<GifCodec>>(import("imagescript/wasm/node/gif.js"));
  const decoder = new (await gif.init()).Decoder(bytes);
  for (let frame = decoder.frame(); frame; frame = decoder.frame()) {
    yield {
      x: frame.x,
      y: frame.y,
      pixels: rgba(frame.width, frame.height, frame.buffer),
      delay: gifDelay(frame.delay),
      blend: true,
      dispose: DISPOSALS[frame.dispose] ?? "keep",
    };
  }
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
