import { LRUCache } from "lru-cache";
import type { EncodedContent } from "../adain/mod.ts";
import type { Area, Geometry } from "../image/mod.ts";

/** A content that was brought to its size and encoded. */
export interface PreparedContent {
  /** Where it lies in the result. */
  readonly plan: Geometry;
  /** What of the source it is, as shares of the sides. */
  readonly part: Area;
  /** Its pixels at the size at which it is painted, and its features. */
  readonly encoded: EncodedContent;
}

/** Bound of the kept contents per worker: three of one megapixel at 224 channels, or so. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Bytes of a content: its RGBA pixels and its features. */
function bytesOf({ encoded }: PreparedContent): number {
  return encoded.image.data.length + encoded.bytes;
}

/** Keeps the contents that were encoded last, so that another style of one skips the encoder. */
export class ContentCache {
  readonly #kept = new LRUCache<string, PreparedContent>({
    maxSize: MAX_BYTES,
    sizeCalculation: bytesOf,
    dispose: ({ encoded }) => encoded.dispose(),
  });

  /**
   * @param key Names a content.
   * @returns The content, if it is kept; it stays owned by the cache.
   */
  get(key: string): PreparedContent | undefined {
    return this.#kept.get(key);
  }

  /**
   * Keeps a content; the cache then owns it.
   *
   * @param key Names the content.
   * @param content The content.
   * @returns Whether it is kept: one larger than the bound stays its maker's.
   */
  keep(key: string, content: PreparedContent): boolean {
    if (bytesOf(content) > MAX_BYTES) return false;
    this.#kept.set(key, content);
    return true;
  }

  /** Disposes all contents. */
  clear(): void {
    this.#kept.clear();
  }
}
