import type { CacheEntry, CacheLog } from "../../../lib/cache/mod.ts";

/** An entry stored at 1000 that is fresh until 2000 and usable until 3000, unless said otherwise. */
export function entryOf(change: Partial<CacheEntry> = {}): CacheEntry {
  return {
    body: new Uint8Array([0, 1, 13, 10, 255]),
    type: "image/webp",
    etag: '"e1"',
    tags: ["style-waves", "source-1"],
    storedAt: 1000,
    freshUntil: 2000,
    staleUntil: 3000,
    ...change,
  };
}

/** An entry by the real clock, fresh for a minute and usable for an hour. */
export function liveEntry(change: Partial<CacheEntry> = {}): CacheEntry {
  const storedAt = Date.now();
  return entryOf({
    storedAt,
    freshUntil: storedAt + 60_000,
    staleUntil: storedAt + 3_600_000,
    ...change,
  });
}

/** A log that keeps its lines. */
export function recordingLog(): { lines: string[]; log: CacheLog } {
  const lines: string[] = [];
  return { lines, log: (level, message) => void lines.push(`${level}: ${message}`) };
}
