/**
 * Waits for a limited time.
 *
 * @param work What to wait for. It goes on.
 * @param limit Milliseconds.
 * @returns Its result.
 * @throws {Error} If the time is over; else what the work throws.
 */
export async function inTime<T>(work: Promise<T>, limit: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${limit} ms`)), limit);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
