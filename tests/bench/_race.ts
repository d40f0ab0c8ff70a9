import { median } from "./_report.ts";

/**
 * Runs works in turns, so that what else the machine does falls on all alike; each once before.
 *
 * @param works What to measure.
 * @param rounds How often each.
 * @returns Medians in milliseconds, in the order of the works.
 */
export async function race(works: readonly (() => unknown)[], rounds: number): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (const work of works) await work();
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) {
      const start = performance.now();
      await work();
      times[i]?.push(performance.now() - start);
    }
  }
  return times.map(median);
}
