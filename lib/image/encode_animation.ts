import { concat } from "../concat.ts";
import { assertPixels, assertQuality } from "./checks.ts";
import { riffChunks } from "./chunks.ts";
import { DEFAULT_QUALITY, encode } from "./encode.ts";
import { encodeGif } from "./encode_gif.ts";
import { ImageError } from "./errors.ts";
import { FIRST_CHUNK } from "./probe_webp.ts";
import { type Part, setUint24, webpFile, writeChunks } from "./riff.ts";
import type { Animation, Frame } from "./types.ts";

/** How an animation is written. */
export interface AnimationOptions {
  /** The format. */
  readonly format: "gif" | "webp";
  /** Quality 1..100. Default {@linkcode DEFAULT_QUALITY}. */
  readonly quality?: number;
}

/**
 * Writes an animation.
 *
 * @param animation Its frames, all of the same size.
 * @param options Format and quality.
 * @returns The encoded animation, without any metadata.
 * @throws {ImageError} `encode_failed`.
 * @throws {RangeError} If there is no frame, frames differ in size, a frame's bytes do not fit its
 *   sides, or the quality, a delay or `plays` is out of range.
 */
export async function encodeAnimation(
  animation: Animation,
  options: AnimationOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  assertFrames(animation);
  const quality = options.quality ?? DEFAULT_QUALITY[options.format];
  assertQuality(quality);
  if (options.format === "webp") return await encodeWebp(animation, quality);
  try {
    return await encodeGif(animation, quality);
  } catch (cause) {
    throw new ImageError("encode_failed", "Cannot write GIF", { cause });
  }
}

function assertFrames({ frames, plays }: Animation): void {
  const [first] = frames;
  if (!first) throw new RangeError("Cannot write an animation: received no frame");
  if (!Number.isInteger(plays) || plays < 0) {
    throw new RangeError(`Cannot play an animation ${plays} times: 0 is for ever`);
  }
  for (const { delay, pixels } of frames) {
    assertPixels(pixels);
    if (!(delay >= 0)) throw new RangeError(`Cannot show a frame for ${delay} milliseconds`);
    const { width, height } = pixels;
    if (width !== first.pixels.width || height !== first.pixels.height) {
      throw new RangeError(
        `Cannot write an animation of ${first.pixels.width} x ${first.pixels.height}: received ` +
          `a frame of ${width} x ${height}`,
      );
    }
  }
}

/** Each frame is encoded as a still, whose chunks then move into the animation (RFC 9649, 2.7). */
async function encodeWebp(
  { frames, plays }: Animation,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const loop = new Uint8Array(6);
  new DataView(loop.buffer).setUint16(4, Math.min(65_535, plays), true);
  const parts: Part[] = [{ name: "ANIM", body: loop }];
  for (const frame of frames) {
    const still = await encode(frame.pixels, { format: "webp", quality });
    parts.push({ name: "ANMF", body: frameBody(frame, still) });
  }
  const { width = 0, height = 0 } = frames[0]?.pixels ?? {};
  return webpFile({ width, height, alpha: true, animated: true, parts });
}

/** The longest delay that the format holds, in milliseconds. */
const MOST_DELAY = 0xffffff;

/** What a still is made of; ALPH comes before VP8. */
const PICTURE_CHUNKS: ReadonlySet<string> = new Set(["ALPH", "VP8 ", "VP8L"]);

function frameBody({ pixels, delay }: Frame, still: Uint8Array): Uint8Array {
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  setUint24(view, 6, pixels.width - 1);
  setUint24(view, 9, pixels.height - 1);
  setUint24(view, 12, Math.min(MOST_DELAY, Math.round(delay)));
  // Each frame replaces the whole screen: no blending, nothing to dispose of.
  view.setUint8(15, 2);
  const chunks = [...riffChunks(still, FIRST_CHUNK)].filter(({ name }) => PICTURE_CHUNKS.has(name));
  return concat([header, writeChunks(chunks)]);
}
