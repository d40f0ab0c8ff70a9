import type { Rgb } from "./colour.ts";

/** Side of every style picture, in pixels. */
export const SIDE = 768;

/** A picture as a function: the colour at u to the right and v down, 0..1 each. */
export type Shader = (u: number, v: number) => Rgb;

/** A picture of floating-point colours. */
export class Canvas {
  /** Pixels per row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** RGB, 0..1, row by row. */
  readonly data: Float32Array;

  constructor(width: number = SIDE, height: number = SIDE) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(3 * width * height);
  }

  /** Evaluates a shader with four samples per pixel. */
  static render(shader: Shader, width: number = SIDE, height: number = SIDE): Canvas {
    const canvas = new Canvas(width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (const [dx, dy] of [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]] as const) {
          const colour = shader((x + dx) / width, (y + dy) / height);
          for (let channel = 0; channel < 3; channel++) {
            const at = 3 * (y * width + x) + channel;
            const value = Math.min(1, Math.max(0, colour[channel] ?? 0));
            canvas.data[at] = (canvas.data[at] ?? 0) + value / 4;
          }
        }
      }
    }
    return canvas;
  }

  /** The colour of a pixel; positions outside are taken from the border. */
  get(x: number, y: number): Rgb {
    const column = Math.min(this.width - 1, Math.max(0, Math.floor(x)));
    const row = Math.min(this.height - 1, Math.max(0, Math.floor(y)));
    const at = 3 * (row * this.width + column);
    return [this.data[at] ?? 0, this.data[at + 1] ?? 0, this.data[at + 2] ?? 0];
  }

  /** Paints over a pixel. */
  blend(x: number, y: number, colour: Rgb, opacity: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 3 * (Math.floor(y) * this.width + Math.floor(x));
    for (let channel = 0; channel < 3; channel++) {
      const old = this.data[at + channel] ?? 0;
      this.data[at + channel] = old + opacity * ((colour[channel] ?? 0) - old);
    }
  }

  /** The picture as 8-bit RGBA. */
  toPixels(): { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> } {
    const { width, height } = this;
    const data = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let i = 0; i < width * height; i++) {
      for (let channel = 0; channel < 3; channel++) {
        data[4 * i + channel] = 255 * (this.data[3 * i + channel] ?? 0);
      }
    }
    return { width, height, data };
  }
}
