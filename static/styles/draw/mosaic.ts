import { Canvas } from "./canvas.ts";
import { mix, palette, type Rgb, saturate, shade, tone } from "./colour.ts";
import { cell, fractal, smooth } from "./noise.ts";
import { scene, type ScenePalette } from "./scene.ts";

const COLOURS: ScenePalette = {
  sky: palette("1f5f8f 3f93b0 8fc9c0 f3dfa0 f0b45a"),
  sun: [0.99, 0.85, 0.4],
  hills: palette("8f6f9f b0654f 5f7f4a 2f5a45"),
  water: palette("f0c070 4fb0b0 1f7f90 174f6f"),
};
const GROUT: Rgb = [0.86, 0.82, 0.74];

/** Rows of small stones that follow the forms, each with its own tone and a worn edge. */
export function drawMosaic(): Canvas {
  return Canvas.render((u, v) => {
    const bend = 0.05 * fractal(2 * u, 2 * v, 2, 41);
    const [x, y] = [46 * (u + bend), 46 * (v + 0.8 * bend + 0.03 * Math.sin(7 * u))];
    const stone = cell(x, y, 0.42, 42);
    const [cu, cv] = [stone.x / 46 - bend, stone.y / 46 - 0.8 * bend - 0.03 * Math.sin(7 * u)];
    let colour = saturate(scene(cu, cv, COLOURS), 1.25);
    colour = tone(colour, 0.42 * (stone.id - 0.5));
    colour = shade(colour, 0.94 + 0.12 * fractal(80 * u, 80 * v, 2, 43));
    const bevel = (stone.x - x + stone.y - y) * smooth(0.28, 0.1, stone.edge);
    colour = tone(colour, 0.35 * bevel);
    const grout = smooth(0.1, 0.05, stone.edge);
    return mix(colour, shade(GROUT, 0.9 + 0.15 * fractal(120 * u, 120 * v, 2, 44)), grout);
  });
}
