import { loadModel, type Statistics, Stylizer } from "../../../lib/adain/mod.ts";
import { drawPicture } from "../../support/pictures.ts";

/** The folder of the embedded model. */
export const MODEL: URL = new URL("../../../models/fast/", import.meta.url);

// ONNX Runtime opens a message port with its first session and keeps it as long as the process.
await (await Stylizer.open(await loadModel(MODEL))).dispose();

/** Runs a task with an open model and the statistics of a style. */
export async function withStylizer(
  task: (stylizer: Stylizer, style: Statistics) => Promise<void>,
  options = {},
): Promise<void> {
  const stylizer = await Stylizer.open(await loadModel(MODEL), options);
  try {
    await task(stylizer, await stylizer.analyze(drawPicture(128, 128, 99)));
  } finally {
    await stylizer.dispose();
  }
}
