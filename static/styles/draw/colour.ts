/** Red, green, blue, 0..1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Reads colours such as `1d3a6b f2c14e`. */
export function palette(text: string): Rgb[] {
  return text.split(" ").map((hex) => {
    const value = parseInt(hex, 16);
    return [(value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255];
  });
}

/** The colour at `t` from 0 (the first) to 1 (the last), interpolated. */
export function ramp(colours: readonly Rgb[], t: number): Rgb {
  const at = Math.min(1, Math.max(0, t)) * (colours.length - 1);
  const index = Math.min(colours.length - 2, Math.floor(at));
  return mix(pick(colours, index), pick(colours, index + 1), at - index);
}

/** The colour with an index; indices beyond the end start again. */
export function pick(colours: readonly Rgb[], index: number): Rgb {
  return colours[Math.floor(Math.abs(index)) % colours.length] ?? [0, 0, 0];
}

/** Between two colours. */
export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** A colour times a factor. */
export function shade(colour: Rgb, factor: number): Rgb {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** A colour moved towards white (positive) or black (negative), -1..1. */
export function tone(colour: Rgb, by: number): Rgb {
  return by > 0 ? mix(colour, [1, 1, 1], by) : shade(colour, 1 + by);
}

/** Two colours as two transparent inks on each other. */
export function multiply(a: Rgb, b: Rgb): Rgb {
  return [a[0] * b[0], a[1] * b[1], a[2] * b[2]];
}

/** Perceived brightness, 0..1. */
export function luma(colour: Rgb): number {
  return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
}

/** More (above 1) or less (below 1) colourful. */
export function saturate(colour: Rgb, factor: number): Rgb {
  const grey = luma(colour);
  return mix([grey, grey, grey], colour, factor);
}
