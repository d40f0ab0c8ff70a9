/** Where progress is shown. */
export interface ProgressStream {
  /** Whether a person looks at it. */
  isTerminal(): boolean;
  /** Writes bytes. */
  writeSync(bytes: Uint8Array): number;
}

/** Cells of the bar. */
const CELLS = 24;

/**
 * Shows how far a row of steps is: one bar that is drawn again on a terminal, a plain line per step
 * elsewhere.
 *
 * @param what What the steps are, in the plural.
 * @param stream Where to write.
 * @returns Takes each step; the last one ends the bar's line.
 *
 * @example A step in a file
 * ```ts
 * import { createProgress } from "./progress.ts";
 * import assert from "node:assert/strict";
 *
 * let written = "";
 * const stream = {
 *   isTerminal: () => false,
 *   writeSync: (bytes: Uint8Array) => (written += new TextDecoder().decode(bytes)).length,
 * };
 * createProgress("styles", stream)({ done: 1, total: 2, id: "mosaic" });
 * assert.equal(written, "styles 1/2 mosaic\n");
 * ```
 */
export function createProgress(
  what: string,
  stream: ProgressStream,
): (step: { readonly done: number; readonly total: number; readonly id: string }) => void {
  const encoder = new TextEncoder();
  return ({ done, total, id }) => {
    const full = Math.round((CELLS * done) / total);
    const line = stream.isTerminal()
      ? `\r\x1b[K${"█".repeat(full)}${"░".repeat(CELLS - full)} ${what} ${done}/${total} ${id}` +
        (done === total ? "\n" : "")
      : `${what} ${done}/${total} ${id}\n`;
    stream.writeSync(encoder.encode(line));
  };
}
