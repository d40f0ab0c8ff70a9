import { Canvas } from "./canvas.ts";
import { mix, palette, pick, type Rgb, shade, tone } from "./colour.ts";
import { cell, fractal, noise, smooth } from "./noise.ts";

const GLASS = palette("b3122d e8501f f5a623 f7d84a 1f8a4c 0e5f8c 1b3fa8 5b2a9d 8ad0e6 d93f7a");
const LEAD: Rgb = [0.07, 0.07, 0.09];

/** Panes around a rose, luminous in the middle, joined by lead. */
export function drawStainedGlass(): Canvas {
  return Canvas.render((u, v) => {
    const [x, y] = [u - 0.5, v - 0.5];
    const radius = Math.hypot(x, y);
    const angle = Math.atan2(y, x) / Math.PI;
    const rose = radius < 0.42;
    const warp = 0.25 * noise(4 * u, 4 * v, 3);
    const pane = rose
      ? cell(18 * radius + 40, 8 * (angle + 1) + 0.5 * Math.floor(9 * radius), 0.35, 21)
      : cell(9 * u + warp, 9 * v - warp, 0.9, 22);
    const ring = Math.abs(radius - 0.42);
    const index = rose ? 10 * pane.id + 2 * Math.floor(pane.x) : 4 + 5 * pane.id;
    const streaks = fractal(26 * u + 7 * pane.id, 6 * v, 3, 23);
    const light = 1.1 - 0.75 * radius + 0.22 * streaks + 0.25 * (pane.id - 0.5);
    let colour = shade(pick(GLASS, index), light);
    colour = tone(colour, 0.22 * smooth(0.3, 0, pane.near) + 0.06 * noise(90 * u, 90 * v, 24));
    const across = Math.min(pane.edge, rose ? ring * 18 : ring * 9);
    const lead = smooth(0.075, 0.05, across);
    const shine = smooth(0.03, 0, Math.abs(across - 0.022)) * 0.3;
    return mix(colour, tone(LEAD, shine), lead);
  });
}
