import { Canvas } from "./canvas.ts";
import { mix, type Rgb, shade } from "./colour.ts";
import { fractal, noise, smooth } from "./noise.ts";

const PAPER: Rgb = [0.93, 0.9, 0.82];
const INK: Rgb = [0.1, 0.1, 0.12];
const SEAL: Rgb = [0.72, 0.14, 0.1];

/** Mountains in mist: each range dark at its ridge, dissolving downward; dry brush on the slopes. */
export function drawInkWash(): Canvas {
  return Canvas.render((u, v) => {
    const fibre = fractal(150 * u, 30 * v, 2, 5) + fractal(30 * u, 150 * v, 2, 6);
    let colour = shade(PAPER, 0.97 + 0.03 * fibre);
    const sun = Math.hypot(u - 0.72, v - 0.17);
    const wet = 0.006 * fractal(30 * u, 30 * v, 3, 7);
    colour = mix(colour, SEAL, 0.7 * smooth(0.068 + wet, 0.058 + wet, sun));
    for (let range = 0; range < 6; range++) colour = mountain(colour, u, v, range);
    return bamboo(colour, u, v);
  });
}

function mountain(paper: Rgb, u: number, v: number, range: number): Rgb {
  const base = 0.2 + 0.13 * range;
  const peak = 0.24 * Math.abs(fractal(1.7 * u + 9 * range, range, 5, 100 + range));
  const below = v - (base + 0.12 - peak - 0.012 * fractal(24 * u, 3 * range, 3, 120 + range));
  if (below < -0.01) return paper;
  const bleed = 0.004 * fractal(60 * u, 60 * v, 2, 130 + range);
  const strength = (0.3 + 0.11 * range) * smooth(0.26, 0, below) *
    smooth(-0.006, 0.004, below + bleed);
  const folds = Math.abs(noise(26 * u + 10 * below, 9 * below + 3 * range, 140 + range));
  const dry = smooth(0.12, 0.5, fractal(130 * u, 40 * v, 2, 150 + range) + 0.35);
  const texture = smooth(0.3, 0, folds) * dry * smooth(0.2, 0.01, below);
  const ridge = smooth(0.014, 0, Math.abs(below - 0.004)) * (0.35 + 0.4 * dry);
  return mix(
    paper,
    INK,
    Math.min(
      0.94,
      strength * (0.55 + 0.4 * ridge) + 0.5 * strength * texture + 0.3 * ridge * strength,
    ),
  );
}

/** Stems and leaves from the left, in the darkest ink. */
function bamboo(paper: Rgb, u: number, v: number): Rgb {
  let cover = 0;
  for (let stem = 0; stem < 3; stem++) {
    const x = 0.07 + 0.075 * stem + 0.03 * Math.sin(2.2 * v + stem);
    const across = Math.abs(u - x) / (0.011 - 0.002 * stem);
    const joint = smooth(0.012, 0.006, Math.abs(((v * 5 + 0.3 * stem) % 1) - 0.5) / 5);
    cover = Math.max(cover, smooth(1, 0.75, across) * (0.62 + 0.25 * across) * (1 - joint));
    for (let leaf = 0; leaf < 14; leaf++) {
      const ly = 0.04 + 0.068 * leaf + 0.02 * stem;
      const side = leaf % 2 === 0 ? 1 : -0.7;
      const angle = (0.5 + 0.35 * noise(leaf, stem, 9)) * side;
      const [du, dv] = [(u - x) * Math.sign(side), v - ly];
      const along = du * Math.cos(angle) + dv * Math.abs(Math.sin(angle)) * 1.1;
      const off = Math.abs(-du * Math.abs(Math.sin(angle)) + dv * Math.cos(angle));
      const length = 0.1 + 0.03 * noise(leaf, stem, 10);
      const width = 0.011 * Math.sin(Math.PI * Math.min(1, Math.max(0, along / length)) ** 0.7);
      if (along > 0 && along < length) {
        cover = Math.max(cover, 0.88 * smooth(width, 0.6 * width, off));
      }
    }
  }
  return mix(paper, INK, cover);
}
