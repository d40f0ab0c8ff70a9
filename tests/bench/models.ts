/**
 * Compares models in turns within one process: the library's time for a picture, and that of the two
 * graphs alone, so that what other work of the machine costs falls on all alike.
 *
 *     deno task bench:models [--models fast,vgg19] [--sizes 256,512] [--rounds 5]
 *
 * Prints a table of docs/adain.md: medians, one WASM thread.
 */
import { affine, loadModel, Stylizer } from "../../lib/adain/mod.ts";
import { Runtime } from "../../lib/adain/onnx.ts";
import { toPlanar } from "../../lib/adain/planar.ts";
import { drawPicture } from "../support/pictures.ts";
import { race } from "./_race.ts";
import { readOptions } from "./_options.ts";
import { header, row } from "./_report.ts";

/** Paints the picture once more. */
type Contender = () => Promise<unknown>;

const asked = readOptions("bench:models", {
  models: "fast,vgg19",
  sizes: "256,512",
  rounds: "5",
});

async function contenders(name: string, side: number): Promise<[Contender, Contender]> {
  const model = await loadModel(new URL(`../../models/${name}/`, import.meta.url));
  const stylizer = await Stylizer.open(model);
  const runtime = await Runtime.open(model);
  const picture = drawPicture(side, side, 2);
  const statistics = await stylizer.analyze(drawPicture(256, 256, 1));
  const image = {
    data: toPlanar(picture, { x: 0, y: 0, width: side, height: side }),
    width: side,
    height: side,
  };
  const graphs = async (): Promise<void> => {
    const encoded = await runtime.encode(image);
    await runtime.decode(encoded.features, affine(encoded.statistics, statistics));
    encoded.features.dispose();
  };
  return [() => stylizer.stylize(picture, { styles: [{ statistics }] }), graphs];
}

const models = asked.models.split(",");
header("side, model", "picture ms", "graphs alone ms", `of ${models.at(-1)}`);
for (const side of asked.sizes.split(",").map(Number)) {
  const pairs = await Promise.all(models.map((name) => contenders(name, side)));
  const times = await race(pairs.flat(), Number(asked.rounds));
  const slowest = times[2 * (models.length - 1)] ?? NaN;
  for (const [i, name] of models.entries()) {
    const [picture = NaN, graphs = NaN] = times.slice(2 * i);
    row([`${side}, ${name}`, picture, graphs, `1/${(slowest / picture).toFixed(1)}`]);
  }
}
