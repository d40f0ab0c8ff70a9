import assert from "node:assert/strict";
import { loadModel, statisticsDistance, Stylizer, unpackStatistics } from "../../lib/adain/mod.ts";
import { assertStyleId, readShipped, versionOf } from "../../lib/catalog/mod.ts";
import { decode, probe, resize } from "../../lib/image/mod.ts";
import { DRAWINGS } from "../../static/styles/draw/main.ts";

// ONNX Runtime opens a message port with its first session and keeps it as long as the process.
const fast = await loadModel(new URL("../../models/fast/", import.meta.url));
await (await Stylizer.open(fast)).dispose();

const FOLDER = new URL("../../static/styles/", import.meta.url);

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly year: number;
  readonly licence: string;
}

async function readList<T>(file: string): Promise<(Listed & T)[]> {
  return JSON.parse(await Deno.readTextFile(new URL(file, FOLDER)));
}

const pictures = await readList<{ file: string }>("styles.json");
const paintings = await readList<{ statistics: Record<string, string> }>("paintings.json");

Deno.test("the lists name every style once, with what people want to know", () => {
  const all = [...pictures, ...paintings];
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert(pictures.length >= 12 && paintings.length >= 8);
  for (const { id, title, artist, year, licence } of all) {
    assertStyleId(id);
    assert(title && artist && licence && Number.isInteger(year), id);
  }
});

Deno.test("every drawn style has its picture and its program", async () => {
  assert.deepEqual(pictures.map(({ id }) => id).sort(), Object.keys(DRAWINGS).sort());
  let total = 0;
  for (const { id, file } of pictures) {
    const bytes = await Deno.readFile(new URL(file, FOLDER));
    const { format, width, height } = probe(bytes);
    assert.deepEqual([format, width, height], ["jpeg", 768, 768], id);
    await decode(bytes);
    total += bytes.length;
  }
  assert(total < 4_000_000, `${total} bytes`);
});

Deno.test("a drawing is the same every time", () => {
  const draw = DRAWINGS["halftone"];
  assert(draw);
  assert.deepEqual(draw().data, draw().data);
});

Deno.test("every painting has statistics for the model that ships", () => {
  const { manifest } = fast;
  for (const { id, statistics } of paintings) {
    const packed = statistics[manifest.version];
    assert(packed, `${id} lacks statistics for fast ${manifest.version}`);
    unpackStatistics(Uint8Array.fromBase64(packed), manifest);
  }
});

Deno.test("every drawing has statistics of the model that ships, as the model measures them", async () => {
  const shipped = await readShipped(FOLDER, fast.manifest);
  for (const { id, file } of pictures) {
    const found = shipped(id, await versionOf(await Deno.readFile(new URL(file, FOLDER))));
    assert(found, `${id}: run \`deno task styles:measure fast\``);
  }
  const mosaic = await Deno.readFile(new URL("mosaic.jpg", FOLDER));
  const stylizer = await Stylizer.open(fast);
  const pixels = await resize(await decode(mosaic), { width: 512, height: 512 });
  const measured = await stylizer.analyze(pixels);
  await stylizer.dispose();
  const found = shipped("mosaic", await versionOf(mosaic));
  assert(found && statisticsDistance(found.statistics, measured) < 0.02);
});

Deno.test("the sample picture is a JPEG that paints well: large enough, not square", async () => {
  const { format, width, height } = probe(
    await Deno.readFile(new URL("../sample.jpg", FOLDER)),
  );
  assert.deepEqual([format, width, height], ["jpeg", 960, 640]);
});
