/** How a picture fits the asked box. */
export type Fit = "inside" | "outside" | "cover" | "contain" | "fill";

/** What stays visible: a focal point from the left and the top, 0..1, or the busiest part. */
export type Gravity = { readonly x: number; readonly y: number } | "attention";

/** Sides in pixels. */
export interface Size {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A rectangle in pixels, not necessarily whole ones. */
export interface Area extends Size {
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
}

/** What is asked of {@linkcode planGeometry}. */
export interface GeometryWish {
  /** CSS pixels; absent: from the height, or the source's. */
  readonly width?: number;
  /** CSS pixels. */
  readonly height?: number;
  /** How the picture fits the box. */
  readonly fit: Fit;
  /** What stays visible where the picture is cut. */
  readonly gravity: Gravity;
  /** Device pixels per CSS pixel. */
  readonly dpr: number;
  /** Whether a small source may be enlarged. */
  readonly enlarge: boolean;
  /** Longest side of the result, in pixels. */
  readonly maxSide: number;
}

/** Cut, then resize, then place. */
export interface Geometry {
  /** The part of the source that is kept. */
  readonly crop: Area;
  /** Its size after resizing. */
  readonly size: Size;
  /** The result, and where the resized part lies in it. */
  readonly canvas: Area;
}

/**
 * Plans how a source becomes the asked size.
 *
 * @param source Size of the source, in pixels.
 * @param wish The asked box.
 * @returns The steps; every side is at least 1 pixel.
 *
 * @example A square out of a landscape
 * ```ts
 * import { planGeometry } from "./geometry.ts";
 * import assert from "node:assert/strict";
 *
 * const plan = planGeometry({ width: 400, height: 200 }, {
 *   width: 100, height: 100, fit: "cover", gravity: { x: 0.5, y: 0.5 },
 *   dpr: 1, enlarge: true, maxSide: 2048,
 * });
 * assert.deepEqual(plan.crop, { x: 100, y: 0, width: 200, height: 200 });
 * assert.deepEqual(plan.size, { width: 100, height: 100 });
 * ```
 */
export function planGeometry(source: Size, wish: GeometryWish): Geometry {
  const exact = boxOf(source, wish);
  const box = { width: side(exact.width), height: side(exact.height) };
  if (wish.fit === "cover") return cover(source, box, wish);
  const size = wish.fit === "fill" ? fill(source, box, wish) : scale(source, exact, wish);
  const crop = { x: 0, y: 0, ...source };
  const canvas = wish.fit === "contain" ? place(size, box, wish.gravity) : { x: 0, y: 0, ...size };
  return { crop, size, canvas };
}

/** The asked box in device pixels, not rounded, at most `maxSide`; a side not asked follows. */
function boxOf(source: Size, wish: GeometryWish): Size {
  const { dpr, maxSide } = wish;
  const ratio = source.width / source.height;
  const wide = wish.width ?? (wish.height === undefined ? source.width / dpr : wish.height * ratio);
  const high = wish.height ?? (wish.width === undefined ? source.height / dpr : wish.width / ratio);
  const factor = Math.min(dpr, maxSide / wide, maxSide / high);
  return { width: wide * factor, height: high * factor };
}

function side(length: number): number {
  return Math.max(1, Math.round(length));
}

function scale(source: Size, box: Size, wish: GeometryWish): Size {
  const [x, y] = [box.width / source.width, box.height / source.height];
  const wanted = wish.fit === "outside" ? Math.max(x, y) : Math.min(x, y);
  const longest = Math.max(source.width, source.height);
  const allowed = Math.min(wanted, wish.maxSide / longest);
  const factor = wish.enlarge ? allowed : Math.min(1, allowed);
  return { width: side(source.width * factor), height: side(source.height * factor) };
}

function fill(source: Size, box: Size, wish: GeometryWish): Size {
  if (wish.enlarge) return box;
  return {
    width: Math.min(box.width, source.width),
    height: Math.min(box.height, source.height),
  };
}

function cover(source: Size, box: Size, wish: GeometryWish): Geometry {
  const factor = Math.max(box.width / source.width, box.height / source.height);
  const width = Math.min(source.width, side(box.width / factor));
  const height = Math.min(source.height, side(box.height / factor));
  const { x, y } = wish.gravity === "attention" ? { x: 0.5, y: 0.5 } : wish.gravity;
  const at = (focus: number, whole: number, part: number): number =>
    Math.min(whole - part, Math.max(0, Math.round(focus * whole - part / 2)));
  const crop = { x: at(x, source.width, width), y: at(y, source.height, height), width, height };
  const size = wish.enlarge || factor <= 1 ? box : { width, height };
  return { crop, size, canvas: { x: 0, y: 0, ...size } };
}

function place(size: Size, box: Size, gravity: Gravity): Area {
  const { x, y } = gravity === "attention" ? { x: 0.5, y: 0.5 } : gravity;
  return {
    x: Math.round(x * Math.max(0, box.width - size.width)),
    y: Math.round(y * Math.max(0, box.height - size.height)),
    width: Math.max(box.width, size.width),
    height: Math.max(box.height, size.height),
  };
}
