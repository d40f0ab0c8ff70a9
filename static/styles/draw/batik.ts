import { Canvas } from "./canvas.ts";
import { mix, palette, type Rgb, shade } from "./colour.ts";
import { cell, fractal, smooth } from "./noise.ts";

const [INDIGO, BROWN, CREAM, RUST] = palette("16224a 6b3a1f f0dfb8 b5562b");
const NIGHT: Rgb = INDIGO ?? [0, 0, 0.3];

/** Flowers drawn in wax and dyed twice; the wax has cracked. */
export function drawBatik(): Canvas {
  return Canvas.render((u, v) => {
    const [wx, wy] = [0.006 * fractal(9 * u, 9 * v, 2, 800), 0.006 * fractal(9 * u, 9 * v, 2, 801)];
    const [x, y] = [4 * (u + wx), 4 * (v + wy)];
    let colour = ground(x, y);
    for (const [shift, size] of [[0, 0.44], [0.5, 0.3]] as const) {
      colour = flower(colour, (x + shift) % 1 - 0.5, (y + shift) % 1 - 0.5, size);
    }
    const warp = 0.35 * fractal(6 * u, 6 * v, 3, 810);
    const crack = Math.min(
      cell(7 * u + warp, 7 * v - warp, 1, 811).edge * 0.9,
      cell(17 * u + warp, 17 * v + warp, 1, 812).edge,
    );
    const dye = smooth(0.028, 0.008, crack) *
      smooth(-0.2, 0.5, fractal(4 * u, 4 * v, 2, 813) + 0.3);
    colour = mix(colour, NIGHT, 0.8 * dye);
    return shade(
      colour,
      0.96 + 0.05 * Math.sin(700 * u) * Math.sin(700 * v) + 0.1 * fractal(12 * u, 12 * v, 3, 814),
    );
  });
}

function ground(x: number, y: number): Rgb {
  const scales = Math.abs(
    (Math.hypot(x * 5 % 1 - 0.5, (y * 5 + 0.5 * (Math.floor(x * 5) % 2)) % 1 - 0.5) * 5) % 1 - 0.5,
  );
  return mix(NIGHT, BROWN ?? NIGHT, smooth(0.22, 0.3, scales));
}

function flower(behind: Rgb, x: number, y: number, size: number): Rgb {
  const radius = Math.hypot(x, y) / size;
  const angle = Math.atan2(y, x);
  const petal = 0.62 + 0.38 * Math.abs(Math.cos(4 * angle));
  if (radius > petal) return radius < petal + 0.05 ? CREAM ?? behind : behind;
  const veins = smooth(0.1, 0.03, Math.abs(Math.sin(4 * angle + Math.PI / 2))) +
    smooth(0.25, 0.12, Math.abs((radius * 6) % 1 - 0.5));
  const body = mix(RUST ?? behind, CREAM ?? behind, Math.min(1, veins));
  if (radius < 0.26) {
    return Math.abs(Math.sin(9 * x / size * 4) * Math.sin(9 * y / size * 4)) > 0.3
      ? CREAM ?? behind
      : NIGHT;
  }
  return mix(body, BROWN ?? behind, 0.6 * smooth(0.55, 0.2, radius));
}
