import type { Pixels } from "./types.ts";

/**
 * Decodes the primary picture of an AVIF.
 *
 * @param bytes The AVIF.
 * @returns Its pixels as stored, not turned.
 * @throws If the decoder refuses it; the next call gets a fresh decoder.
 */
export async function decodeAvif(bytes: Uint8Array): Promise<Pixels> {
  const { default: read, init } = await import("@jsquash/avif/decode.js");
  const still = bytes.slice();
  // With this brand the decoder would look for a film, whose size the still's header does not tell.
  still.set(new TextEncoder().encode("avif"), 8);
  try {
    const picture = await read(still.buffer);
    if (!picture) throw new RangeError("the codec gave nothing");
    const { width, height, data } = picture;
    return { width, height, data: new Uint8ClampedArray(data) };
  } catch (error) {
    // A trapped instance may be left in any state.
    await init();
    throw error;
  }
}
