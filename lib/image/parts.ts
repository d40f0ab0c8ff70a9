/** The most parts of a file: an animation has two a frame, anything else some hundreds. */
const MOST_PARTS = 20_000;

/**
 * Bounds the walk through a file: its header is to be read in milliseconds, whatever it holds.
 *
 * @param count Segments, chunks, blocks or boxes so far.
 * @throws {RangeError} If there are more than a picture has.
 */
export function assertParts(count: number): void {
  if (count > MOST_PARTS) throw new RangeError(`more than ${MOST_PARTS} parts`);
}
