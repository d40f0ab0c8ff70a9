import { type RunningService, startService } from "./service.ts";

/** Seconds that something may take on a machine that does much else. */
const PATIENCE = 60;

/** Several real services, stopped together. */
export interface Fleet extends AsyncDisposable {
  /** The services. */
  readonly services: readonly RunningService[];
}

/**
 * Starts services that share what their settings name.
 *
 * @param size How many.
 * @param env Environment variables of each.
 * @returns The fleet, when all listen.
 */
export async function startFleet(
  size: number,
  env: Readonly<Record<string, string>>,
): Promise<Fleet> {
  const starts = await Promise.allSettled(Array.from({ length: size }, () => startService(env)));
  const services = starts.flatMap((start) => start.status === "fulfilled" ? [start.value] : []);
  const stop = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.stop()));
  };
  const failure = starts.find((start) => start.status === "rejected");
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { services, [Symbol.asyncDispose]: stop };
}

/**
 * Waits until something is so, for at most a minute.
 *
 * @param what What is waited for, for the failure.
 * @param test Whether it is so.
 */
export async function eventually(
  what: string,
  test: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + 1000 * PATIENCE;
  while (!await test()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Adds a metric up.
 *
 * @param services The services that are asked.
 * @param name The metric's name.
 * @returns The sum over all.
 */
export async function sumOf(services: readonly RunningService[], name: string): Promise<number> {
  const values = await Promise.all(services.map(async ({ origin }) => {
    const text = await (await fetch(`${origin}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? NaN);
  }));
  return values.reduce((sum, value) => sum + value, 0);
}
