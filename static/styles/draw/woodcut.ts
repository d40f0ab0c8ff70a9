import { Canvas } from "./canvas.ts";
import { mix, multiply, palette, type Rgb } from "./colour.ts";
import { fractal, smooth } from "./noise.ts";

const PAPER: Rgb = [0.94, 0.89, 0.77];
const [NAVY, BLUE, PALE, SUN, FOAM] = palette("14264f 3f74a3 9fc0c4 d9552c f7f1df");

/** A sea in three blocks: curling crests with foam, carved parallel lines, a red sun. */
export function drawWoodcut(): Canvas {
  return Canvas.render((u, v) => {
    const grain = 0.95 + 0.05 * fractal(6 * u + 0.3 * fractal(3 * u, 3 * v, 2, 1), 120 * v, 2, 2);
    let colour: Rgb = PAPER;
    const sky = smooth(0.35, 0, v);
    const lines = smooth(
      0.35,
      0.55,
      Math.abs((((v + 0.006 * fractal(8 * u, 2, 2, 3)) * 60) % 1) - 0.5) * 2 * sky,
    );
    colour = mix(colour, PALE ?? PAPER, 0.75 * lines);
    colour = mix(colour, SUN ?? PAPER, smooth(0.127, 0.124, Math.hypot(u - 0.3, v - 0.27)));
    for (let row = 0; row < 7; row++) colour = wave(colour, u, v, row);
    return multiply(colour, [grain, grain, grain]);
  });
}

function wave(behind: Rgb, u: number, v: number, row: number): Rgb {
  const scale = 1 + 0.28 * row;
  const phase = 0.37 * row + 0.05 * fractal(3 * u, row, 2, 20);
  const x = ((u * (3.4 / scale) + phase) % 1 + 1) % 1;
  const crest = 0.42 + 0.085 * row -
    0.075 * scale * Math.pow(Math.sin(Math.PI * x), 3) * (1 + 0.5 * x);
  const depth = (v - crest) / (0.1 * scale);
  const claws = 0.18 * Math.abs(Math.sin(26 * Math.PI * x + 2 * fractal(9 * u, 9 * v, 2, 22)));
  if (depth < -0.12) return behind;
  const foam = depth < 0.16 + claws * smooth(0.15, 0.5, x) * 1.6;
  const edge = smooth(0.05, 0.02, Math.abs(depth + 0.06));
  const outline = Math.max(
    edge,
    smooth(0.05, 0.02, Math.abs(depth - 0.16 - 1.6 * claws * smooth(0.15, 0.5, x))),
  );
  const stripe = Math.abs(
    ((depth * 2.1 + 0.5 * Math.sin(2 * Math.PI * x) + 0.1 * fractal(12 * u, 4 * v, 2, 23)) % 1) -
      0.5,
  ) * 2;
  const ink = smooth(0.42, 0.5, stripe);
  const body = mix(BLUE ?? PAPER, NAVY ?? PAPER, ink);
  const colour = foam ? mix(FOAM ?? PAPER, PALE ?? PAPER, smooth(0.75, 0.85, stripe) * 0.5) : body;
  return mix(colour, NAVY ?? PAPER, outline);
}
