import { Canvas } from "./canvas.ts";
import { mix, multiply, palette, pick, type Rgb } from "./colour.ts";
import { fractal, hash, smooth } from "./noise.ts";

const PAPER: Rgb = [0.98, 0.965, 0.93];
const PAINT = palette("e8506a f2a03f 5fb3a3 3f6fb5 8a5fb0 f2cf5b 2f8f6f e87fa8");
const BLOOMS = 34;

/** Petals and washes of transparent paint, dark where they dried at the edge. */
export function drawWatercolour(): Canvas {
  return Canvas.render((u, v) => {
    const grain = fractal(95 * u, 95 * v, 3, 200);
    let colour = multiply(
      PAPER,
      mix([1, 1, 1], pick(PAINT, 3), 0.28 + 0.22 * fractal(2 * u, 2 * v, 3, 201)),
    );
    for (let i = 0; i < BLOOMS; i++) {
      const [cx, cy] = [hash(i, 1, 210), hash(i, 2, 210)];
      const size = 0.07 + 0.13 * hash(i, 3, 210);
      const [dx, dy] = [u - cx, v - cy];
      const far = Math.hypot(dx, dy);
      if (far > 2 * size) continue;
      const petals = 1 +
        0.28 * Math.sin(Math.atan2(dy, dx) * (3 + Math.floor(4 * hash(i, 4, 210))) + 6 * cx);
      const wet = 0.22 * fractal(9 * u + i, 9 * v, 4, 220 + i);
      const inside = 1 - far / (size * (petals + wet));
      if (inside < -0.05) continue;
      const shape = smooth(-0.012, 0.02, inside);
      const rim = Math.exp(-((inside - 0.015) ** 2) / 0.0009);
      const pool = 0.45 + 0.35 * fractal(6 * u + 3 * i, 6 * v, 4, 260 + i) - 0.3 * inside;
      const amount = shape * Math.min(1, Math.max(0.12, pool + 0.5 * rim + 0.14 * grain));
      const paint = mix(pick(PAINT, i), pick(PAINT, i + 3), smooth(0.1, 0.7, inside + wet));
      colour = multiply(colour, mix([1, 1, 1], paint, amount));
    }
    const tooth = 1 + 0.035 * grain;
    return [colour[0] * tooth, colour[1] * tooth, colour[2] * tooth];
  });
}
