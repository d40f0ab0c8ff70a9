/**
 * A small seeded generator (mulberry32), so that tests see the same numbers every time.
 *
 * @param seed Any integer.
 * @returns A function that gives numbers from 0 (inclusive) to 1 (exclusive).
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
