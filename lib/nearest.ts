/**
 * Finds what a mistyped word was meant to be.
 *
 * @param word What was typed.
 * @param candidates What is allowed.
 * @returns The candidate at the smallest edit distance; undefined if none is near.
 *
 * @example A slip of the finger
 * ```ts
 * import { nearest } from "./nearest.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(nearest("mosiac", ["marbling", "mosaic"]), "mosaic");
 * assert.equal(nearest("bicycle", ["marbling", "mosaic"]), undefined);
 * ```
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const near = candidates
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name) }))
    .filter(({ distance }) => distance <= Math.ceil(word.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

/** Longer words are no slips, and their distance costs time. */
const MAX_LENGTH = 64;

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
