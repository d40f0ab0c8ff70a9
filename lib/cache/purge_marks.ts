import type { CacheEntry, PurgeSelector } from "./types.ts";

/**
 * Far more purges than happen while one picture is computed. Where there are more, the oldest marks
 * become one mark for everything, which refuses too much rather than too little.
 */
const MAX_MARKS = 10_000;

/**
 * Remembers when which tags were purged in this process, so that an answer whose work began before
 * a purge is not kept after it.
 */
export class PurgeMarks {
  #all = Number.NEGATIVE_INFINITY;
  readonly #tags = new Map<string, number>();

  /**
   * Remembers a purge.
   *
   * @param selector What was purged.
   * @param at When, in milliseconds since the epoch.
   */
  note(selector: PurgeSelector, at: number): void {
    if ("all" in selector) {
      this.#all = at;
      this.#tags.clear();
      return;
    }
    this.#tags.delete(selector.tag);
    this.#tags.set(selector.tag, at);
    if (this.#tags.size <= MAX_MARKS) return;
    for (const [oldest, time] of this.#tags) {
      this.#all = Math.max(this.#all, time);
      this.#tags.delete(oldest);
      return;
    }
  }

  /**
   * @param entry An answer that is about to be kept.
   * @returns Whether a purge that concerns it came when its work began, or later.
   */
  refuses(entry: CacheEntry): boolean {
    if (entry.storedAt <= this.#all) return true;
    return entry.tags.some((tag) => entry.storedAt <= (this.#tags.get(tag) ?? this.#all));
  }
}

/**
 * @param entry An answer.
 * @param selector What is purged.
 * @returns Whether the purge concerns the answer.
 */
export function isSelected(entry: CacheEntry, selector: PurgeSelector): boolean {
  return "all" in selector || entry.tags.includes(selector.tag);
}
