/** Milliseconds that runs may follow each other without a turn, which takes about two. */
const BETWEEN = 50;

let last = 0;

/**
 * Stops at an aborted signal, and lets timers and messages in where they have waited long: runs on
 * WASM end in the turn of the event loop in which they began, however many follow each other, and so
 * does other work that waits for nothing outside.
 *
 * @param signal Stops here.
 * @throws {unknown} The signal's reason.
 */
export async function nextTurn(signal?: AbortSignal): Promise<void> {
  if (performance.now() - last >= BETWEEN) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  }
  signal?.throwIfAborted();
}
