import { Canvas } from "./canvas.ts";
import { mix, type Rgb, shade } from "./colour.ts";
import { fractal, hash, noise, smooth } from "./noise.ts";
import { save } from "./save.ts";

type Vector = readonly [x: number, y: number, z: number];

const SUN: Vector = unit([-0.62, 0.34, 0.55]);
const EYE: Vector = [0, 1.5, -7];
const WATER = 0;
/** Pine trees on the left shore and the right: place and height. */
const PINES = Array.from({ length: 26 }, (_, k) => {
  const left = k < 15;
  const x = left ? -9 + 5.4 * hash(k, 1, 1) : 5.2 + 5 * hash(k, 1, 1);
  return { x, z: 1.5 + 7 * hash(k, 2, 1), height: 1.5 + 1.5 * hash(k, 3, 1) };
});

/** What a ray meets: how far it is, and what it looks like there. */
interface Hit {
  readonly distance: number;
  readonly colour: (point: Vector) => Rgb;
}

function unit(v: Vector): Vector {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
}

function along(from: Vector, direction: Vector, t: number): Vector {
  return [from[0] + t * direction[0], from[1] + t * direction[1], from[2] + t * direction[2]];
}

function land(x: number, z: number): number {
  const shore = smooth(2.4, 6.5, Math.abs(x + 0.25 * z - 0.6)) * smooth(-3, 3, z) * 0.9;
  const range = smooth(13, 34, z) * (3.2 + 4.6 * Math.abs(fractal(0.055 * x, 0.055 * z, 3, 10)));
  const rough = 0.28 * fractal(0.5 * x, 0.5 * z, 4, 11) * (0.4 + 0.25 * range);
  return shore + range + rough - 0.32;
}

function landColour(p: Vector): Rgb {
  const step = 0.03 + 0.006 * p[2];
  const normal = unit([
    land(p[0] - step, p[2]) - land(p[0] + step, p[2]),
    2 * step,
    land(p[0], p[2] - step) - land(p[0], p[2] + step),
  ]);
  const lit = Math.max(0, normal[0] * SUN[0] + normal[1] * SUN[1] + normal[2] * SUN[2]);
  const mottle = fractal(2.2 * p[0], 2.2 * p[2], 3, 12);
  const grass = mix([0.2, 0.3, 0.08], [0.42, 0.4, 0.14], 0.5 + 0.5 * mottle);
  const rock = mix([0.34, 0.3, 0.28], [0.5, 0.45, 0.4], 0.5 + 0.5 * mottle);
  const bare = smooth(0.86, 0.7, normal[1]) * smooth(0.4, 1.4, p[1]);
  const snow = smooth(3.4, 4.4, p[1] + 0.6 * mottle) * smooth(0.45, 0.7, normal[1]);
  const ground = mix(
    mix(mix(grass, rock, bare), [0.9, 0.93, 0.98], snow),
    [0.5, 0.42, 0.3],
    smooth(0.12, 0.02, p[1]),
  );
  return light(ground, lit, normal[1]);
}

/** Warm from the sun, blue from the sky. */
function light(colour: Rgb, lit: number, up: number): Rgb {
  const sky = 0.32 + 0.22 * up;
  return [
    colour[0] * (1.55 * lit + 0.8 * sky),
    colour[1] * (1.2 * lit + sky),
    colour[2] * (0.8 * lit + 1.35 * sky),
  ];
}

/** A cone, a box or a roof: distance to its surface, negative inside. */
function pine(p: Vector): number {
  let nearest = Infinity;
  for (const { x, z, height } of PINES) {
    const far = Math.hypot(p[0] - x, p[2] - z);
    if (far > 2) {
      nearest = Math.min(nearest, far - 1);
      continue;
    }
    const up = p[1] - Math.max(0, land(x, z));
    const tier = 0.11 * (1 - ((up * 3.4 / height * 2) % 1));
    const needles = 0.07 * noise(11 * p[0], 11 * p[1] + 11 * p[2], 14);
    const radius = 0.27 * (height - up) * 0.8 + tier + needles;
    nearest = Math.min(
      nearest,
      0.55 * Math.max(far - Math.max(0.02, radius), up - height, 0.25 - up),
    );
  }
  return nearest;
}

const HOUSE: Vector = [3.7, 0.62, 2.1];

function house(p: Vector): { distance: number; part: "wall" | "roof" } {
  const [x, y, z] = [p[0] - HOUSE[0], p[1] - HOUSE[1], p[2] - HOUSE[2]];
  const wall = Math.max(Math.abs(x) - 0.95, Math.abs(y) - 0.6, Math.abs(z) - 0.7);
  const ridge = Math.max(Math.abs(z) * 0.76 + (y - 1.28) * 0.65, Math.abs(x) - 1.1, 0.5 - y);
  const chimney = Math.max(Math.abs(x - 0.5) - 0.13, Math.abs(z) - 0.13, Math.abs(y - 1.1) - 0.4);
  return wall < Math.min(ridge, chimney)
    ? { distance: wall, part: "wall" }
    : { distance: Math.min(ridge, chimney), part: "roof" };
}

function houseColour(p: Vector): Rgb {
  const [x, y, z] = [p[0] - HOUSE[0], p[1] - HOUSE[1], p[2] - HOUSE[2]];
  if (house(p).part === "roof") {
    const tiles = 0.85 + 0.25 * hash(Math.floor(14 * x), Math.floor(18 * z + 18 * y), 15);
    return light(shade([0.62, 0.2, 0.12], tiles), x < 0.5 && z < 0 ? 0.55 : 0.2, 0.7);
  }
  const front = z < -0.69;
  const opening = (cx: number, cy: number, w: number, h: number): boolean =>
    front && Math.abs(x - cx) < w && Math.abs(y - cy) < h;
  if (opening(0, -0.22, 0.16, 0.38)) return light([0.25, 0.14, 0.08], 0.4, 0.4);
  if (opening(-0.55, 0.08, 0.18, 0.2) || opening(0.55, 0.08, 0.18, 0.2)) return [1, 0.72, 0.3];
  const plank = 0.9 + 0.1 * Math.abs(Math.sin(40 * y));
  return light(shade([0.88, 0.84, 0.76], plank), front ? 0.32 : x < 0 ? 0.75 : 0.08, 0.3);
}

/** A boat with a red hull and a white sail, on the water. */
const BOAT: Vector = [-1.25, 0, 0.2];

function boat(p: Vector): { distance: number; part: "hull" | "sail" } {
  const [x, y, z] = [p[0] - BOAT[0], p[1] - BOAT[1], p[2] - BOAT[2]];
  const beam = 0.3 * (1 - (x / 0.95) ** 2);
  const hull = 0.6 *
    Math.max(
      Math.abs(z) - Math.max(0.02, beam * (0.5 + y)),
      y - 0.28 - 0.12 * x * x,
      -0.05 - y,
      Math.abs(x) - 0.95,
    );
  const height = (y - 0.42) / 1.75;
  const belly = 0.1 * Math.sin(Math.PI * Math.min(1, Math.max(0, height)));
  const main = Math.max(
    x - 0.05,
    -x - 0.78 * (1 - height),
    Math.abs(z - belly) - 0.015,
    y - 2.17,
    0.42 - y,
  );
  const jib = Math.max(
    0.1 - x,
    x - 0.1 - 0.62 * (1 - 1.1 * height),
    Math.abs(z - belly) - 0.015,
    0.42 - y,
  );
  const mast = Math.max(Math.hypot(x - 0.075, z) - 0.022, y - 2.3, -y);
  const sail = 0.8 * Math.min(main, jib, mast);
  return hull < sail ? { distance: hull, part: "hull" } : { distance: sail, part: "sail" };
}

function boatColour(p: Vector): Rgb {
  const y = p[1] - BOAT[1];
  if (boat(p).part === "sail") return light([0.96, 0.93, 0.86], 0.62 + 0.1 * Math.sin(8 * y), 0.5);
  return light(y > 0.2 ? [0.95, 0.9, 0.8] : [0.72, 0.12, 0.1], 0.42, 0.3);
}

function pineColour(p: Vector): Rgb {
  const side = 0.5 + 0.5 * noise(3 * p[0] - 2, 6 * p[1], 16);
  return light(mix([0.04, 0.12, 0.07], [0.16, 0.26, 0.1], side), 0.16 + 0.5 * side * side, 0.5);
}

function trace(from: Vector, direction: Vector, far: number): Hit | undefined {
  for (let t = 0.05; t < far;) {
    const p = along(from, direction, t);
    const ground = p[1] - land(p[0], p[2]);
    const things = p[2] < 12
      ? [[pine(p), pineColour], [house(p).distance, houseColour], [
        boat(p).distance,
        boatColour,
      ]] as const
      : [];
    let step = 0.42 * ground;
    let colour = landColour;
    for (const [distance, paint] of things) {
      if (distance < step) [step, colour] = [distance, paint];
    }
    if (step < 0.0012 * (1 + t)) return { distance: t, colour };
    t += Math.max(step, 0.004);
  }
  return undefined;
}

function sky(direction: Vector): Rgb {
  const up = Math.max(0, direction[1]);
  const facing = Math.max(0, direction[0] * SUN[0] + direction[1] * SUN[1] + direction[2] * SUN[2]);
  let colour = mix([0.98, 0.76, 0.52], [0.2, 0.42, 0.78], smooth(0, 0.42, up) ** 0.75);
  colour = mix(colour, [1, 0.85, 0.55], 0.75 * facing ** 6);
  const [x, z] = [direction[0] / (up + 0.14), direction[2] / (up + 0.14)];
  const cloud = smooth(0.05, 0.55, fractal(0.9 * x, 1.4 * z, 5, 20)) * smooth(0.02, 0.14, up);
  const puff = mix(
    [0.72, 0.66, 0.72],
    [1, 0.93, 0.84],
    smooth(-0.2, 0.5, fractal(0.9 * x + 0.25, 1.4 * z, 4, 20)),
  );
  return mix(colour, puff, 0.85 * cloud);
}

function look(from: Vector, direction: Vector): Rgb {
  const hit = trace(from, direction, 70);
  if (!hit) return sky(direction);
  const haze = 1 - Math.exp(-0.019 * Math.max(0, hit.distance - 4));
  return mix(hit.colour(along(from, direction, hit.distance)), [0.82, 0.76, 0.74], haze);
}

function pixel(u: number, v: number): Rgb {
  const direction = unit([(u - 0.5) * 1.35, (0.47 - v) * 0.9, 1]);
  const surface = direction[1] < 0 ? (WATER - EYE[1]) / direction[1] : Infinity;
  const hit = trace(EYE, direction, Math.min(surface, 70));
  if (hit || surface > 70) return finish(look(EYE, direction));
  const p = along(EYE, direction, surface);
  const calm = 0.05 / (1 + 0.1 * surface);
  const [rx, rz] = [
    calm * fractal(2.4 * p[0], 7 * p[2], 3, 30),
    calm * fractal(2.4 * p[0] + 9, 7 * p[2], 3, 31),
  ];
  const mirrored = look(
    [p[0], 0.01, p[2]],
    unit([direction[0] + rx, Math.abs(direction[1]) + 0.4 * Math.abs(rz), direction[2] + rz]),
  );
  const fresnel = 0.32 + 0.6 * (1 - Math.abs(direction[1])) ** 4;
  return finish(mix([0.03, 0.13, 0.19], mirrored, fresnel));
}

/** Exposure and a soft shoulder. */
function finish(colour: Rgb): Rgb {
  const curve = (value: number): number =>
    (1 - Math.exp(-1.75 * Math.max(0, value))) ** 0.94 * 1.06;
  return [curve(colour[0]), curve(colour[1]), curve(colour[2])];
}

/** The picture that ships with the service: a lake at evening, ray-marched. */
export function drawSample(width: number = 960, height: number = 640): Canvas {
  return Canvas.render(pixel, width, height);
}

if (import.meta.main) {
  await save(drawSample(), new URL("../../sample.jpg", import.meta.url));
}
