import { Canvas } from "./canvas.ts";
import { luma, mix, palette, type Rgb, saturate, tone } from "./colour.ts";
import { fractal, noise, smooth } from "./noise.ts";
import { scene, type ScenePalette } from "./scene.ts";

const PAPER: Rgb = [0.97, 0.95, 0.9];
const COLOURS: ScenePalette = {
  sky: palette("2f7fd0 5fb0e8 a5d8f0 ffd76f ff9f5f"),
  sun: [1, 0.85, 0.1],
  hills: palette("9f6fd0 4f9fd0 4fb05f 1f7f4f"),
  water: palette("ffc05f 3fb0d0 2f7fc0 2f4fa0"),
};

/** Wax on rough paper: hatching in four directions, denser where the scene is darker. */
export function drawCrayon(): Canvas {
  return Canvas.render((u, v) => {
    let colour = PAPER;
    const tooth = fractal(210 * u, 210 * v, 2, 300);
    [0.5, -0.7, 1.35, 0.05].forEach((angle, layer) => {
      const wobble = 0.012 * fractal(5 * u, 5 * v, 2, 310 + layer);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const across = 74 * (s * u - c * v + wobble);
      const line = Math.floor(across);
      const along = c * u + s * v;
      const slip = 0.012 * noise(3 * along, line, 320 + layer);
      const ink = saturate(scene(u + slip, v + slip, COLOURS), 1.5);
      const need = 1.1 - luma(ink) - 0.17 * layer;
      const pressure = 0.62 + 0.38 * noise(9 * along, 0.7 * line, 330 + layer) + 0.6 * need;
      const stroke = smooth(0.5, 0.25, Math.abs(across - line - 0.5));
      const wax = smooth(0.3, 0.75, pressure * stroke + 0.42 * tooth);
      const own = tone(ink, 0.32 * noise(line, 3, 340 + layer));
      colour = mix(colour, own, 0.9 * wax * smooth(-0.25, 0.15, need + 0.2));
    });
    return colour;
  });
}
