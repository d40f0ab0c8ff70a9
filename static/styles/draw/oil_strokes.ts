import { lightRelief, paintStroke } from "./brush.ts";
import { Canvas } from "./canvas.ts";
import { palette, saturate, tone } from "./colour.ts";
import { fractal, stream } from "./noise.ts";
import { scene, type ScenePalette } from "./scene.ts";

const COLOURS: ScenePalette = {
  sky: palette("10245c 1d4fa0 3d86c6 8cc7d0 f2d16b"),
  sun: [1, 0.88, 0.35],
  hills: palette("5a7fc0 2f6aa5 2a7f6a 15503c"),
  water: palette("f0c75a 3f8fc0 1d4f9a 0f2a66"),
};

/** Whirls in the field: centre and strength. */
const WHIRLS = [[0.66, 0.3, 1], [0.24, 0.22, -0.9], [0.42, 0.45, 0.7], [0.9, 0.55, -0.6]] as const;

/** Thick strokes that whirl around the lights of an evening sky. */
export function drawOilStrokes(): Canvas {
  const canvas = Canvas.render((u, v) => tone(scene(u, v, COLOURS), -0.35));
  const relief = new Float32Array(canvas.width * canvas.height);
  const random = stream(11);
  const side = canvas.width;
  for (const [width, count] of [[22, 1800], [13, 4200], [8, 6500]] as const) {
    for (let i = 0; i < count; i++) {
      const [x, y] = [random() * side, random() * side];
      const colour = scene(x / side, y / side, COLOURS);
      paintStroke(canvas, relief, {
        x,
        y,
        width: width * (0.7 + 0.6 * random()),
        length: width * (3 + 3 * random()),
        colour: saturate(tone(colour, 0.34 * (random() - 0.5)), 1 + 0.5 * random()),
        seed: i + 1000 * width,
      }, direction);
    }
  }
  lightRelief(canvas, relief, 0.38);
  return canvas;
}

function direction(x: number, y: number): number {
  const [u, v] = [x / 768, y / 768];
  let [dx, dy] = [1, 0.35 * fractal(2 * u, 2 * v, 2, 5)];
  for (const [cx, cy, strength] of WHIRLS) {
    const pull = strength * Math.exp(-18 * ((u - cx) ** 2 + (v - cy) ** 2)) * 26;
    dx += -(v - cy) * pull;
    dy += (u - cx) * pull;
  }
  return Math.atan2(dy, dx);
}
