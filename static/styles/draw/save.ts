import { encode } from "../../../lib/image/mod.ts";
import type { Canvas } from "./canvas.ts";

/** Writes a drawing as JPEG. */
export async function save(canvas: Canvas, file: URL): Promise<void> {
  await Deno.writeFile(file, await encode(canvas.toPixels(), { format: "jpeg", quality: 88 }));
}
