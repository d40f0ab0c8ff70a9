import { Canvas } from "./canvas.ts";
import { mix, palette, pick, type Rgb, tone } from "./colour.ts";
import { fractal, hash, noise, smooth } from "./noise.ts";

const COLOURS = palette("d6342c f08a24 f6c93c 2f8f5b 1f6fae 23305e 7a3f8f f2e7cf e77f9a 6fb7c9");
const DISCS = [
  [0.3, 0.34, 0.3],
  [0.74, 0.66, 0.31],
  [0.76, 0.2, 0.19],
  [0.2, 0.8, 0.2],
  [0.52, 0.52, 0.13],
  [0.48, 0.93, 0.12],
  [0.95, 0.42, 0.12],
] as const;

/** Discs of colour rings in quarters that trade places, on planes of quiet colour. */
export function drawCircles(): Canvas {
  return Canvas.render((u, v) => {
    const hand = 0.004 * fractal(14 * u, 14 * v, 2, 400);
    const [x, y] = [u + hand, v - hand];
    let colour = plane(x, y);
    DISCS.forEach(([cx, cy, size], k) => {
      const [dx, dy] = [x - cx, y - cy];
      const radius = Math.hypot(dx, dy) / size;
      if (radius > 1) return;
      const ring = Math.floor(radius * (5 + k % 3));
      const sector = Math.floor(((Math.atan2(dy, dx) + 0.4 * k) / (2 * Math.PI) + 1) * 4) % 4;
      const base = pick(COLOURS, 97 * hash(ring, sector + 4 * k, 410));
      const soft = smooth(0, 1, radius * (5 + k % 3) - ring);
      colour = tone(base, 0.24 * (soft - 0.5) + 0.12 * noise(60 * u + ring, 60 * v, 411));
      if (radius > 0.975) colour = mix(colour, [0.08, 0.08, 0.12], 0.85);
    });
    const bow = Math.abs(Math.hypot(x - 0.1, y - 1.1) - 0.86);
    colour = mix(colour, [0.07, 0.07, 0.1], smooth(0.006, 0.004, bow));
    const ray = Math.abs(0.8 * x - 0.6 * y + 0.05);
    colour = mix(colour, [0.07, 0.07, 0.1], smooth(0.004, 0.0025, ray));
    return brushed(colour, u, v);
  });
}

function plane(x: number, y: number): Rgb {
  const [a, b] = [Math.floor(4.2 * (x + 0.42 * y)), Math.floor(3.6 * (y - 0.35 * x) + 9)];
  const base = tone(pick(COLOURS, 83 * hash(a, b, 420)), 0.38);
  return tone(base, 0.22 * (4.2 * (x + 0.42 * y) - a - 0.5));
}

function brushed(colour: Rgb, u: number, v: number): Rgb {
  return tone(
    colour,
    0.09 * fractal(22 * u, 150 * v, 2, 430) + 0.05 * fractal(150 * u, 30 * v, 2, 431),
  );
}
