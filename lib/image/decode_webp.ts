import { riffChunks } from "./chunks.ts";
import type { Patch } from "./compose.ts";
import { FIRST_CHUNK, FRAME_HEADER, readUint24 } from "./probe_webp.ts";
import { webpFile } from "./riff.ts";
import type { ImageInfo, Pixels } from "./types.ts";

/**
 * Decodes a still WebP.
 *
 * @param bytes The WebP.
 * @returns Its pixels.
 */
export async function decodeWebp(bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  const { decode: read } = await import("@jsquash/webp");
  // jSquash takes a buffer, not a view of one.
  const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  const { width, height, data } = await read(whole.buffer);
  return { width, height, data: new Uint8ClampedArray(data) };
}

/**
 * Decodes the frames of an animated WebP one by one, each as a still of its own.
 *
 * @param bytes The WebP.
 * @param screen What its header says.
 * @returns Its frames, not yet composed.
 * @throws {RangeError} If a frame reaches beyond the screen.
 */
export async function* webpPatches(
  bytes: Uint8Array,
  screen: Pick<ImageInfo, "width" | "height">,
): AsyncGenerator<Patch> {
  for (const { name, body } of riffChunks(bytes, FIRST_CHUNK)) {
    if (name !== "ANMF") continue;
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const [x, y] = [2 * readUint24(view, 0), 2 * readUint24(view, 3)];
    const [width, height] = [1 + readUint24(view, 6), 1 + readUint24(view, 9)];
    if (x + width > screen.width || y + height > screen.height) {
      throw new RangeError(`a frame of ${width} x ${height} at ${x}, ${y}`);
    }
    const flags = view.getUint8(15);
    const parts = [...riffChunks(body, FRAME_HEADER)];
    const pixels = await decodeWebp(webpFile({ width, height, alpha: true, parts }));
    yield {
      x,
      y,
      pixels,
      delay: readUint24(view, 12),
      blend: (flags & 2) === 0,
      dispose: flags & 1 ? "clear" : "keep",
    };
  }
}

/**
 * @param bytes An animated WebP.
 * @returns How often it is played; 0: for ever.
 */
export function webpPlays(bytes: Uint8Array): number {
  for (const { name, body } of riffChunks(bytes, FIRST_CHUNK)) {
    if (name === "ANIM") return (body[4] ?? 0) + 256 * (body[5] ?? 0);
  }
  return 1;
}
