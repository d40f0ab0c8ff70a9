/**
 * A number from 0 to 1 for a grid point; the same for the same arguments.
 *
 * @param x Column.
 * @param y Row.
 * @param seed Chooses the pattern.
 * @returns 0 (inclusive) to 1 (exclusive).
 */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** A stream of numbers from 0 to 1. */
export function stream(seed: number): () => number {
  let count = 0;
  return () => hash(count++, 7, seed);
}

/**
 * Smooth value noise.
 *
 * @param x Position; the noise varies over about one unit.
 * @param y Position.
 * @param seed Chooses the pattern.
 * @returns -1 to 1.
 */
export function noise(x: number, y: number, seed: number): number {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - ix, y - iy];
  const [sx, sy] = [fade(fx), fade(fy)];
  const top = lerp(hash(ix, iy, seed), hash(ix + 1, iy, seed), sx);
  const bottom = lerp(hash(ix, iy + 1, seed), hash(ix + 1, iy + 1, seed), sx);
  return 2 * lerp(top, bottom, sy) - 1;
}

/** Noise of several octaves, about -1 to 1. */
export function fractal(x: number, y: number, octaves: number, seed: number): number {
  let [sum, amplitude, total, scale] = [0, 1, 0, 1];
  for (let octave = 0; octave < octaves; octave++) {
    sum += amplitude * noise(x * scale + 17.3 * octave, y * scale - 9.1 * octave, seed + octave);
    total += amplitude;
    amplitude /= 2;
    scale *= 2.03;
  }
  return 1.6 * sum / total;
}

/** The nearest points of a jittered grid. */
export interface Cell {
  /** Distance to the nearest point, in grid units. */
  readonly near: number;
  /** Distance to the border between the two nearest points, in grid units. */
  readonly edge: number;
  /** The nearest point. */
  readonly x: number;
  /** The nearest point. */
  readonly y: number;
  /** A number from 0 to 1 that belongs to the nearest point. */
  readonly id: number;
}

/**
 * Finds the cell of a jittered grid (Worley 1996).
 *
 * @param x Position in grid units.
 * @param y Position in grid units.
 * @param jitter 0 (a square grid) to 1.
 * @param seed Chooses the pattern.
 * @returns The cell.
 */
export function cell(x: number, y: number, jitter: number, seed: number): Cell {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  let first = { x: 0, y: 0, id: 0, d: Infinity };
  const points = [];
  for (let j = -2; j <= 2; j++) {
    for (let i = -2; i <= 2; i++) {
      const px = ix + i + 0.5 + jitter * (hash(ix + i, iy + j, seed) - 0.5);
      const py = iy + j + 0.5 + jitter * (hash(ix + i, iy + j, seed + 1) - 0.5);
      const point = {
        x: px,
        y: py,
        id: hash(ix + i, iy + j, seed + 2),
        d: Math.hypot(px - x, py - y),
      };
      points.push(point);
      if (point.d < first.d) first = point;
    }
  }
  let edge = Infinity;
  for (const point of points) {
    const [dx, dy] = [point.x - first.x, point.y - first.y];
    const apart = Math.hypot(dx, dy);
    if (apart < 1e-9) continue;
    const middle = ((first.x + point.x) / 2 - x) * dx + ((first.y + point.y) / 2 - y) * dy;
    edge = Math.min(edge, middle / apart);
  }
  return { near: first.d, edge, x: first.x, y: first.y, id: first.id };
}

function fade(t: number): number {
  return t * t * t * (t * (6 * t - 15) + 10);
}

/** Linear interpolation. */
export function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 0 below `from`, 1 above `to`, smooth between; either may be the larger. */
export function smooth(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
