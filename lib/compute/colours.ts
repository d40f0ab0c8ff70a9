import type { Pixels } from "../image/mod.ts";
import type { DominantColour } from "./job.ts";

/** Colours that are named, at the most. */
const MOST = 5;

/** Colours nearer than this (Euclidean, RGB 0..255) count as one. */
const NEAR = 48;

/** A smaller share of the picture is no dominant colour. */
const LEAST_SHARE = 0.02;

/** A group of alike pixels: its sum of red, green, blue, and its weight. */
type Group = [red: number, green: number, blue: number, weight: number];

/**
 * Finds the colours that stand for most of a picture: pixels are sorted into 16 steps per channel,
 * then the commonest groups take in the groups near them.
 *
 * @param pixels The picture; transparent pixels count by their alpha.
 * @returns Up to 5 colours, the commonest first; none for a picture that is all transparent.
 */
export function dominantColours(pixels: Pixels): DominantColour[] {
  const groups = [...groupPixels(pixels).values()].sort((a, b) => b[3] - a[3]);
  const total = groups.reduce((sum, group) => sum + group[3], 0);
  const found: Group[] = [];
  for (const group of groups) {
    const home = found.find((other) => distance(other, group) < NEAR);
    if (home) group.forEach((value, i) => home[i] = (home[i] ?? 0) + value);
    else found.push(group);
  }
  return found.sort((a, b) => b[3] - a[3])
    .filter(([, , , weight]) => weight >= LEAST_SHARE * total)
    .slice(0, MOST)
    .map((group) => ({ hex: hexOf(group), share: Math.round(1000 * group[3] / total) / 1000 }));
}

function groupPixels({ data }: Pixels): Map<number, Group> {
  const groups = new Map<number, Group>();
  for (let i = 0; i < data.length; i += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(i, i + 4);
    if (alpha === 0) continue;
    const key = (red >> 4) << 8 | (green >> 4) << 4 | blue >> 4;
    const group = groups.get(key) ?? [0, 0, 0, 0];
    groups.set(key, group);
    group[0] += red * alpha;
    group[1] += green * alpha;
    group[2] += blue * alpha;
    group[3] += alpha;
  }
  return groups;
}

function mean([red, green, blue, weight]: Group): readonly number[] {
  return [red, green, blue].map((sum) => sum / weight);
}

function distance(a: Group, b: Group): number {
  const other = mean(b);
  return Math.hypot(...mean(a).map((value, i) => value - (other[i] ?? 0)));
}

function hexOf(group: Group): string {
  return `#${mean(group).map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
}
