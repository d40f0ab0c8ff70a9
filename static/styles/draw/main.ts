import type { Canvas } from "./canvas.ts";
import { drawHalftone } from "./halftone.ts";
import { drawMosaic } from "./mosaic.ts";
import { drawOilStrokes } from "./oil_strokes.ts";
import { drawPointillism } from "./pointillism.ts";
import { save } from "./save.ts";
import { drawStainedGlass } from "./stained_glass.ts";

/** The built-in styles by id; each is drawn by its own program, the same every time. */
export const DRAWINGS: Readonly<Record<string, () => Canvas>> = {
  "halftone": drawHalftone,
  "mosaic": drawMosaic,
  "oil-strokes": drawOilStrokes,
  "pointillism": drawPointillism,
  "stained-glass": drawStainedGlass,
};

if (import.meta.main) {
  const ids = Deno.args.length > 0 ? Deno.args : Object.keys(DRAWINGS);
  for (const id of ids) {
    const draw = DRAWINGS[id];
    if (!draw) throw new TypeError(`There is no drawing "${id}": ${Object.keys(DRAWINGS)}`);
    await save(draw(), new URL(`../${id}.jpg`, import.meta.url));
  }
}
