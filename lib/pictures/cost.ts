import { probe } from "../image/mod.ts";

/** Bytes per decoded pixel that a job holds: source, resized copy and result in RGBA. */
const BYTES_PER_PIXEL = 12;

/**
 * @param pictures The encoded pictures of a job.
 * @returns Bytes that it holds while it waits and runs.
 */
export function costOf(pictures: readonly { readonly bytes: Uint8Array }[]): number {
  return pictures.reduce((sum, { bytes }) => {
    const { width, height } = probe(bytes);
    return sum + bytes.length + BYTES_PER_PIXEL * width * height;
  }, 0);
}
