import { Canvas } from "./canvas.ts";
import { mix, palette, pick, tone } from "./colour.ts";
import { fractal, hash, noise, smooth } from "./noise.ts";

const COLOURS = palette("12355b f3e9d2 c8553d f28f3b 588b8b f3e9d2 1f2041 d9a441 8f2d56 f3e9d2");

/** Paint on water, drawn by a comb one way and by a stylus in whirls. */
export function drawMarbling(): Canvas {
  return Canvas.render((u, v) => {
    let [x, y] = [u, v];
    for (
      const [cx, cy, turn] of [[0.28, 0.32, 2.6], [0.74, 0.62, -3], [0.2, 0.85, -1.8], [
        0.82,
        0.14,
        2,
      ]] as const
    ) {
      const [dx, dy] = [x - cx, y - cy];
      const angle = turn * Math.exp(-(dx * dx + dy * dy) / 0.022);
      x = cx + dx * Math.cos(angle) - dy * Math.sin(angle);
      y = cy + dx * Math.sin(angle) + dy * Math.cos(angle);
    }
    const comb = Math.floor(x * 22);
    const tooth = Math.abs(x * 22 - comb - 0.5) * 2;
    y += (comb % 2 === 0 ? 1 : -1) * 0.035 * (1 - tooth * tooth) +
      0.012 * fractal(7 * x, 7 * y, 3, 600);
    const band = 30 * y + 1.4 * fractal(3 * x, 4 * y, 3, 601);
    const index = Math.floor(band);
    const into = band - index;
    const vein = smooth(0.16, 0.06, Math.min(into, 1 - into));
    let colour = pick(COLOURS, 10 * hash(index, 0, 602) + index);
    colour = tone(colour, 0.16 * noise(10 * x, 90 * y, 603));
    colour = mix(colour, [0.97, 0.94, 0.86], 0.5 * vein);
    const drops = noise(36 * x, 36 * y, 604) > 0.86;
    return tone(
      drops ? pick(COLOURS, index + 3) : colour,
      0.05 * fractal(100 * u, 100 * v, 2, 605),
    );
  });
}
