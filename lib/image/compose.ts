import type { Pixels } from "./types.ts";
import { blank } from "./transform.ts";

/** A piece of an animation that is painted over what is already there. */
export interface Patch {
  /** Left edge on the screen, in pixels. */
  readonly x: number;
  /** Top edge on the screen, in pixels. */
  readonly y: number;
  /** The piece. */
  readonly pixels: Pixels;
  /** How long the screen then is shown, in milliseconds. */
  readonly delay: number;
  /** Whether the piece's transparency lets the screen through; else it replaces the screen. */
  readonly blend: boolean;
  /** What happens to the piece's area afterwards; `clear` makes it transparent. */
  readonly dispose: "keep" | "clear" | "restore";
}

/** A screen on which an animation is played. */
export class Screen {
  readonly #screen: Pixels;
  #undo: (() => void) | undefined;

  /**
   * @param width Columns.
   * @param height Rows.
   */
  constructor(width: number, height: number) {
    this.#screen = blank(width, height);
  }

  /**
   * Disposes of the last patch and paints the next; what lies beyond the screen is cut.
   *
   * @param patch The patch.
   * @returns A copy of the screen.
   */
  show(patch: Patch): Pixels {
    this.#undo?.();
    const before = patch.dispose === "restore" ? this.#screen.data.slice() : undefined;
    paint(this.#screen, patch);
    this.#undo = before
      ? () => this.#screen.data.set(before)
      : patch.dispose === "clear"
      ? () => clear(this.#screen, patch)
      : undefined;
    return { ...this.#screen, data: this.#screen.data.slice() };
  }
}

function paint(screen: Pixels, { x, y, pixels, blend }: Patch): void {
  const columns = Math.min(pixels.width, screen.width - x);
  for (let row = 0; row < Math.min(pixels.height, screen.height - y) && columns > 0; row++) {
    const from = 4 * row * pixels.width;
    const line = pixels.data.subarray(from, from + 4 * columns);
    const to = 4 * ((y + row) * screen.width + x);
    if (blend) blendRow(screen.data, line, to);
    else screen.data.set(line, to);
  }
}

/** Puts straight-alpha pixels over others (Porter and Duff's "over"). */
function blendRow(data: Uint8ClampedArray, line: Uint8ClampedArray, to: number): void {
  for (let i = 0; i < line.length; i += 4) {
    const above = line[i + 3] ?? 0;
    if (above === 0) continue;
    const below = (data[to + i + 3] ?? 0) * (255 - above) / 255;
    const alpha = above + below;
    for (let channel = i; channel < i + 3; channel++) {
      const sum = (line[channel] ?? 0) * above + (data[to + channel] ?? 0) * below;
      data[to + channel] = sum / alpha;
    }
    data[to + i + 3] = alpha;
  }
}

function clear(screen: Pixels, { x, y, pixels }: Patch): void {
  const columns = Math.min(pixels.width, screen.width - x);
  for (let row = y; row < Math.min(y + pixels.height, screen.height) && columns > 0; row++) {
    const from = 4 * (row * screen.width + x);
    screen.data.fill(0, from, from + 4 * columns);
  }
}
