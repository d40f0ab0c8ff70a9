import { Canvas } from "./canvas.ts";
import { mix, palette, type Rgb, saturate, tone } from "./colour.ts";
import { hash, smooth } from "./noise.ts";
import { scene, type ScenePalette } from "./scene.ts";

const COLOURS: ScenePalette = {
  sky: palette("4f7fc0 8fb5dc c9d8e0 f7e3b0 f5c08f"),
  sun: [1, 0.95, 0.7],
  hills: palette("a08fc0 6f9f8f 5f9f4f 2f6f3f"),
  water: palette("f5d0a0 8fc0d5 4f8fc0 2f5f9f"),
};

/** Shifts that dots take from the scene's colour: the eye mixes them again. */
const SHIFTS: readonly Rgb[] = [[0.2, -0.04, -0.16], [-0.14, 0.04, 0.24], [0.18, 0.14, -0.2], [
  -0.1,
  0.14,
  -0.08,
], [0.08, -0.12, 0.16]];

/** Dots of pure colour in five layers. */
export function drawPointillism(): Canvas {
  return Canvas.render((u, v) => {
    let colour: Rgb = mix(scene(u, v, COLOURS), [0.95, 0.92, 0.84], 0.5);
    SHIFTS.forEach((shift, layer) => {
      const scale = 62 + 14 * layer;
      const [ix, iy] = [Math.floor(u * scale), Math.floor(v * scale)];
      for (let j = -1; j <= 1; j++) {
        for (let i = -1; i <= 1; i++) {
          const [cx, cy] = [ix + i, iy + j];
          const px = (cx + hash(cx, cy, 71 + layer)) / scale;
          const py = (cy + hash(cx, cy, 81 + layer)) / scale;
          const size = (0.36 + 0.26 * hash(cx, cy, 91 + layer)) / scale;
          const cover = smooth(size, 0.82 * size, Math.hypot(u - px, v - py));
          if (cover === 0) continue;
          const base = saturate(scene(px, py, COLOURS), 1.5);
          const dot: Rgb = [base[0] + shift[0], base[1] + shift[1], base[2] + shift[2]];
          colour = mix(colour, tone(dot, 0.3 * (hash(cx, cy, 99) - 0.5)), 0.95 * cover);
        }
      }
    });
    return colour;
  });
}
