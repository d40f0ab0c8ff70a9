/**
 * Draws built-in styles, all or those that are named, into `static/styles`:
 *
 *     deno run --allow-read --allow-write=static/styles --allow-env=IMAGESCRIPT_WASM_SIMD \
 *         static/styles/draw/main.ts [woodcut mosaic]
 *
 * A picture of other bytes has no numbers until `deno task styles:measure` has measured it.
 *
 * @module
 */
import type { Canvas } from "./canvas.ts";
import { drawBatik } from "./batik.ts";
import { drawCircles } from "./circles.ts";
import { drawCrayon } from "./crayon.ts";
import { drawHalftone } from "./halftone.ts";
import { drawInkWash } from "./ink_wash.ts";
import { drawMarbling } from "./marbling.ts";
import { drawMosaic } from "./mosaic.ts";
import { drawOilStrokes } from "./oil_strokes.ts";
import { drawPlanes } from "./planes.ts";
import { drawPointillism } from "./pointillism.ts";
import { drawQuilt } from "./quilt.ts";
import { drawStainedGlass } from "./stained_glass.ts";
import { drawWatercolour } from "./watercolour.ts";
import { drawWoodcut } from "./woodcut.ts";
import { save } from "./save.ts";

/** The built-in styles by id; each is drawn by its own program, the same every time. */
export const DRAWINGS: Readonly<Record<string, () => Canvas>> = {
  "batik": drawBatik,
  "circles": drawCircles,
  "crayon": drawCrayon,
  "halftone": drawHalftone,
  "ink-wash": drawInkWash,
  "marbling": drawMarbling,
  "mosaic": drawMosaic,
  "oil-strokes": drawOilStrokes,
  "planes": drawPlanes,
  "pointillism": drawPointillism,
  "quilt": drawQuilt,
  "stained-glass": drawStainedGlass,
  "watercolour": drawWatercolour,
  "woodcut": drawWoodcut,
};

if (import.meta.main) {
  const ids = Deno.args.length > 0 ? Deno.args : Object.keys(DRAWINGS);
  for (const id of ids) {
    const draw = DRAWINGS[id];
    if (!draw) throw new TypeError(`There is no drawing "${id}": ${Object.keys(DRAWINGS)}`);
    await save(draw(), new URL(`../${id}.jpg`, import.meta.url));
  }
}
