import { Canvas } from "./canvas.ts";
import { multiply, type Rgb, saturate, shade } from "./colour.ts";
import { fractal, smooth } from "./noise.ts";
import { scene } from "./scene.ts";

/** Inks: what they let through, the angle of their screen in degrees, their shift on the paper. */
const INKS: readonly { ink: Rgb; angle: number; channel: 0 | 1 | 2; shift: number }[] = [
  { ink: [0.02, 0.62, 0.88], angle: 15, channel: 0, shift: 0.003 },
  { ink: [0.92, 0.08, 0.5], angle: 75, channel: 1, shift: -0.0035 },
  { ink: [1, 0.88, 0.05], angle: 0, channel: 2, shift: 0.001 },
];
const PAPER: Rgb = [0.97, 0.94, 0.87];
const LINES = 58;

/** Four-colour print from a cheap press: coarse dots, a little out of register. */
export function drawHalftone(): Canvas {
  return Canvas.render((u, v) => {
    let colour = shade(PAPER, 0.97 + 0.05 * fractal(60 * u, 60 * v, 2, 12));
    for (const { ink, angle, channel, shift } of INKS) {
      const [x, y] = [u + shift, v - shift];
      const amount = 1 - saturate(scene(x, y), 1.5)[channel];
      colour = multiply(colour, mixInk(ink, dot(x, y, angle, 1.08 * amount)));
    }
    const dark = Math.max(0, 0.75 - 1.5 * Math.max(...scene(u, v)));
    return multiply(colour, mixInk([0.1, 0.09, 0.12], dot(u, v, 45, dark)));
  });
}

function mixInk(ink: Rgb, cover: number): Rgb {
  return [1 - cover * (1 - ink[0]), 1 - cover * (1 - ink[1]), 1 - cover * (1 - ink[2])];
}

/** How much a dot of a rotated screen covers, where `amount` of the area shall be covered. */
function dot(u: number, v: number, degrees: number, amount: number): number {
  const [c, s] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
  const x = LINES * (c * u + s * v);
  const y = LINES * (c * v - s * u);
  const threshold = 0.5 + 0.25 * (Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y));
  return smooth(1 - amount - 0.06, 1 - amount + 0.06, threshold) * Math.min(1, 12 * amount);
}
