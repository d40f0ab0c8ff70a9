import type { Canvas } from "./canvas.ts";
import { type Rgb, tone } from "./colour.ts";
import { hash, noise } from "./noise.ts";

/** One brush stroke. */
export interface Stroke {
  /** Where it starts, in pixels. */
  readonly x: number;
  /** Where it starts, in pixels. */
  readonly y: number;
  /** Pixels along. */
  readonly length: number;
  /** Pixels across. */
  readonly width: number;
  /** The paint. */
  readonly colour: Rgb;
  /** Chooses the bristles. */
  readonly seed: number;
}

/**
 * Paints a stroke that follows a field of directions; bristles leave light and dark ridges, which
 * are added to a relief for later lighting.
 *
 * @param canvas Where to paint.
 * @param relief Height of the paint per pixel of the canvas.
 * @param stroke The stroke.
 * @param direction Angle of the field at a pixel, in radians.
 */
export function paintStroke(
  canvas: Canvas,
  relief: Float32Array,
  stroke: Stroke,
  direction: (x: number, y: number) => number,
): void {
  let { x, y } = stroke;
  const half = stroke.width / 2;
  const step = 0.7;
  for (let along = 0; along < stroke.length; along += step) {
    const angle = direction(x, y);
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const end = Math.min(1, along / half, (stroke.length - along) / half);
    const reach = half * Math.sqrt(Math.max(0, 1 - (1 - end) ** 2));
    for (let across = -reach; across <= reach; across += step) {
      const bristle = noise(1.1 * across + 50 * hash(stroke.seed, 1, 3), 0.02 * along, stroke.seed);
      const [px, py] = [x - dy * across, y + dx * across];
      const edge = 1 - (Math.abs(across) / (half + 0.01)) ** 6;
      canvas.blend(px, py, tone(stroke.colour, 0.16 * bristle), 0.9 * edge);
      if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) continue;
      const at = Math.floor(py) * canvas.width + Math.floor(px);
      const ridge = 0.55 + 0.45 * bristle + 0.5 * Math.abs(across) / half;
      relief[at] = (relief[at] ?? 0) * 0.35 + 0.65 * ridge;
    }
    x += dx * step;
    y += dy * step;
  }
}

/**
 * Lights the paint from the top left.
 *
 * @param canvas The painting; it is changed.
 * @param relief Height of the paint per pixel.
 * @param strength 0: none.
 */
export function lightRelief(canvas: Canvas, relief: Float32Array, strength: number): void {
  const { width, height, data } = canvas;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const slope = (relief[at - 1] ?? 0) - (relief[at + 1] ?? 0) +
        (relief[at - width] ?? 0) - (relief[at + width] ?? 0);
      for (let channel = 0; channel < 3; channel++) {
        const value = data[3 * at + channel] ?? 0;
        data[3 * at + channel] = Math.min(1, Math.max(0, value * (1 - strength * slope)));
      }
    }
  }
}
