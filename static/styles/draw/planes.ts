import { Canvas } from "./canvas.ts";
import { mix, palette, pick, type Rgb, tone } from "./colour.ts";
import { fractal, hash, smooth } from "./noise.ts";

const COLOURS = palette(
  "c9a66b 8f6f4a 5f6f5f b8b09a 3f4a4f d8c49a 7a4f3a 9fa8a0 2f3f4f a87f4f 6f8f8f e0d2b0",
);
const CUTS = Array.from({ length: 17 }, (_, k) => {
  const angle = Math.PI * hash(k, 1, 700);
  const at = 0.5 + 0.75 * (hash(k, 2, 700) - 0.5);
  return { x: Math.cos(angle), y: Math.sin(angle), at: at * (Math.cos(angle) + Math.sin(angle)) };
});

/** Facets cut by lines and arcs; each fades from light to dark at one of its edges. */
export function drawPlanes(): Canvas {
  return Canvas.render((u, v) => {
    let [code, nearest, second, sign] = [0, Infinity, Infinity, 1];
    CUTS.forEach(({ x, y, at }, k) => {
      const bow = k % 4 === 0 ? 0.35 * (Math.hypot(u - 0.5, v - 0.5) - 0.3) : 0;
      const distance = x * u + y * v - at + bow;
      if (distance > 0) code += 2 ** k;
      if (Math.abs(distance) < nearest) {
        second = nearest;
        [nearest, sign] = [Math.abs(distance), Math.sign(distance)];
      } else second = Math.min(second, Math.abs(distance));
    });
    const colour = pick(COLOURS, 131 * hash(code, code >> 7, 710));
    const fade = smooth(0, 0.075, nearest);
    const lit = tone(colour, sign > 0 ? 0.5 * (1 - fade) - 0.06 : -0.6 * (1 - fade) + 0.12);
    const dabs = fractal(24 * u + 20 * v, 110 * v - 90 * u, 2, 720);
    const drawn = smooth(0.0035, 0.0015, nearest) *
      smooth(-0.35, 0.2, fractal(3 * u, 3 * v, 2, 721));
    return mix(tone(lit, 0.16 * dabs), [0.1, 0.08, 0.08] as Rgb, 0.8 * drawn);
  });
}
