import { blank, pad, type Pixels } from "../image/mod.ts";
import type { Picture, SheetJob } from "./job.ts";
import { finish, readTarget } from "./paint.ts";
import { type Tools, withContent } from "./prepare.ts";

/**
 * Paints one content in many styles: encoded once, decoded once per style.
 *
 * @param job The job.
 * @param tools Model, clock and kept contents.
 * @returns All results as cells of one picture, row by row.
 */
export async function paintSheet(job: SheetJob, tools: Tools): Promise<Picture> {
  const { clock, stylizer } = tools;
  const before = stylizer.encoderRuns;
  return await withContent(job, tools, async ({ encoded, plan }) => {
    const { width, height } = plan.canvas;
    const columns = Math.min(job.columns, job.targets.length);
    const rows = Math.ceil(job.targets.length / columns);
    const sheet = blank(columns * width, rows * height);
    for (const [k, jobTarget] of job.targets.entries()) {
      const target = await readTarget(jobTarget, job);
      const painted = await clock.time(
        "adain",
        () => stylizer.decode(encoded, target, clock.signal),
      );
      const cell = pad(painted, plan.canvas);
      place(cell, sheet, { x: k % columns * width, y: Math.floor(k / columns) * height });
    }
    const encoderRuns = stylizer.encoderRuns - before;
    return await finish(sheet, { output: job.output, clock, encoderRuns });
  });
}

function place(cell: Pixels, sheet: Pixels, at: { x: number; y: number }): void {
  for (let row = 0; row < cell.height; row++) {
    const line = cell.data.subarray(4 * row * cell.width, 4 * (row + 1) * cell.width);
    sheet.data.set(line, 4 * ((at.y + row) * sheet.width + at.x));
  }
}
