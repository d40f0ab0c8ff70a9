import { mix, palette, ramp, type Rgb } from "./colour.ts";
import { fractal, smooth } from "./noise.ts";

/** The colours of a {@linkcode scene}. */
export interface ScenePalette {
  /** From the zenith to the horizon. */
  readonly sky: readonly Rgb[];
  /** The sun and its halo. */
  readonly sun: Rgb;
  /** Ranges of hills, from far to near. */
  readonly hills: readonly Rgb[];
  /** Water, from the horizon to the shore. */
  readonly water: readonly Rgb[];
}

/** An evening with warm light. */
export const EVENING: ScenePalette = {
  sky: palette("1b3a78 2f6db5 7fb4d8 f4c46a ee7f3b"),
  sun: [1, 0.93, 0.6],
  hills: palette("6f7fb5 3f5f8c 2d6a5f 1c4a34"),
  water: palette("e9a15a 4f8fb5 1f4f86 14305e"),
};

/**
 * The landscape that several styles interpret: sun, hills, water with a path of light.
 *
 * @param u To the right, 0..1.
 * @param v Down, 0..1.
 * @param colours Its colours.
 * @returns The colour.
 */
export function scene(u: number, v: number, colours: ScenePalette = EVENING): Rgb {
  const horizon = 0.58;
  if (v > horizon) return water(u, (v - horizon) / (1 - horizon), colours);
  const away = Math.hypot(u - 0.66, (v - 0.3) * 1.1);
  const cloud = smooth(0.05, 0.6, fractal(3 * u, 9 * v, 4, 31));
  let colour = ramp(colours.sky, v / horizon + 0.18 * cloud);
  colour = mix(colour, colours.sun, 0.55 * Math.exp(-6 * away) + smooth(0.092, 0.082, away));
  colours.hills.forEach((hill, range) => {
    const height = 0.2 - 0.045 * range;
    const top = horizon - height - 0.11 * fractal(2.2 * u + 5 * range, range, 4, 50 + range);
    const light = 0.5 + 0.5 * fractal(9 * u, 9 * v, 3, 60 + range);
    if (v > top) colour = mix(hill, colours.sun, 0.3 * light * (1 - range / 5));
  });
  return colour;
}

function water(u: number, depth: number, colours: ScenePalette): Rgb {
  const ripple = fractal(6 * u, 40 * Math.sqrt(depth), 3, 77);
  const path = Math.exp(-90 * (u - 0.66 + 0.03 * ripple) ** 2) * smooth(-0.2, 0.5, ripple);
  return mix(ramp(colours.water, depth + 0.12 * ripple), colours.sun, 0.85 * path);
}
