import assert from "node:assert/strict";
import { loadModel, Stylizer } from "../../../lib/adain/mod.ts";
import { importModel } from "../../../lib/commands/import_model.ts";
import { drawPicture } from "../../support/pictures.ts";
import { randomCheckpoint, toSafetensors } from "../checkpoints/_synthetic.ts";
import { capture, namesIn, type Run, runTask, withFolder } from "./_terminal.ts";

// ONNX Runtime opens a message port with its first session and keeps it as long as the process.
const fast = await loadModel(new URL("../../../models/fast/", import.meta.url));
await (await Stylizer.open(fast)).dispose();

function run(...args: readonly string[]): Promise<Run> {
  return capture((terminal) => importModel(args, terminal));
}

async function writeCheckpoints(folder: string): Promise<[string, string, string, string]> {
  const [encoder, decoder] = [`${folder}/vgg.safetensors`, `${folder}/mirror.safetensors`];
  await Deno.writeFile(encoder, toSafetensors(randomCheckpoint("encoder")));
  await Deno.writeFile(decoder, toSafetensors(randomCheckpoint("decoder")));
  return ["--encoder", encoder, "--decoder", decoder];
}

Deno.test("models:import writes a model that the library opens, runs and never mixes up", async () => {
  await withFolder(async (folder) => {
    const checkpoints = await writeCheckpoints(folder);
    const to = `${folder}/models`;
    const { code, stdout, stderr } = await run(...checkpoints, "--name", "own", "--to", `${to}/`);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /\/models\/own is ready \(version [0-9a-f]{16}\): copy it into [^\n]+\n$/);
    assert.deepEqual(await namesIn(to), ["own"]);
    assert.deepEqual(await namesIn(`${to}/own`), ["decoder.onnx", "encoder.onnx", "model.json"]);
    const model = await loadModel(new URL(`file://${to}/own/`));
    const { name, channels, stride, receptiveField } = model.manifest;
    assert.deepEqual([name, channels, stride, receptiveField], ["own", 512, 8, 64]);
    const stylizer = await Stylizer.open(model);
    const statistics = await stylizer.analyze(drawPicture(32, 32, 1));
    const picture = await stylizer.stylize(drawPicture(40, 20, 2), { styles: [{ statistics }] });
    await stylizer.dispose();
    assert.deepEqual([picture.width, picture.height], [40, 20]);
    const manifest = JSON.parse(await Deno.readTextFile(`${to}/own/model.json`));
    assert.equal(manifest.imported.encoder.file, "vgg.safetensors");
  });
});

Deno.test("models:import replaces a model only when it is told to", async () => {
  await withFolder(async (folder) => {
    const args = [...await writeCheckpoints(folder), "--to", folder];
    await Deno.mkdir(`${folder}/vgg19`);
    await Deno.writeTextFile(`${folder}/vgg19/model.json`, "mine");
    const refused = await run(...args);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^error: Cannot write the model "vgg19": .*--force\n$/);
    assert.equal(await Deno.readTextFile(`${folder}/vgg19/model.json`), "mine");
    assert.equal((await run(...args, "--force")).code, 0);
    assert.deepEqual(await namesIn(folder), ["mirror.safetensors", "vgg.safetensors", "vgg19"]);
    assert.equal((await namesIn(`${folder}/vgg19`)).length, 3);
  });
});

Deno.test("models:import --force replaces nothing that is no model", async () => {
  await withFolder(async (folder) => {
    const args = [...await writeCheckpoints(folder), "--to", folder, "--force"];
    await Deno.mkdir(`${folder}/training`);
    await Deno.writeTextFile(`${folder}/training/mine`, "");
    await Deno.writeTextFile(`${folder}/notes`, "");
    for (const name of ["training", "notes"]) {
      const { code, stderr } = await run(...args, "--name", name);
      assert.equal(code, 1);
      assert.match(stderr, /^error: Cannot write the model .* is there and is no model; [^\n]+\n$/);
    }
    assert.deepEqual(await namesIn(`${folder}/training`), ["mine"]);
    assert.equal((await Deno.lstat(`${folder}/notes`)).isFile, true);
  });
});

Deno.test("models:import leaves nothing behind when a checkpoint is refused", async () => {
  await withFolder(async (folder) => {
    const [, encoder, , decoder] = await writeCheckpoints(folder);
    const cut = `${folder}/cut.safetensors`;
    await Deno.writeFile(cut, (await Deno.readFile(decoder)).slice(0, 1_000_000));
    const fixture = (name: string): string =>
      new URL(`../../fixtures/${name}`, import.meta.url).pathname;
    const to = `${folder}/models`;
    await Deno.mkdir(to);
    for (
      const [first, second, text] of [
        [decoder, encoder, /mirror\.safetensors: Cannot use this checkpoint as the encoder/],
        [encoder, encoder, /vgg\.safetensors: Cannot use this checkpoint as the decoder/],
        [encoder, cut, /cut\.safetensors: Cannot read the safetensors file/],
        [encoder, fixture("malicious.zip.pth"), /it names __builtin__\.print/],
        [fixture("zip.pth"), decoder, /it has no "0\.weight"/],
        [encoder, `${folder}/absent.pth`, /absent\.pth: it is not there/],
        [encoder, folder, /it is not a file/],
      ] as const
    ) {
      const { code, stderr } = await run("--encoder", first, "--decoder", second, "--to", to);
      assert.equal(code, 1);
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.match(stderr, text);
      assert.deepEqual(await namesIn(to), []);
    }
  });
});

Deno.test.each<[string[], RegExp]>([
  [[], /--encoder FILE and --decoder FILE are needed/],
  [["--encoder", "a"], /--encoder FILE and --decoder FILE are needed/],
  [["--encoder", "a", "--decoder", "b", "--name", "../fast"], /Cannot name a model "\.\.\/fast"/],
  [["--encoder", "", "--decoder", "b"], /an empty file name/],
  [["--encoder", "a", "--encoder", "b", "--decoder", "c"], /--encoder twice: give it once/],
  [["--encoder", "a", "--decoder", "b", "--to", ""], /an empty file name/],
  [["--decode", "b"], /Unknown option '--decode'/],
])("models:import %s says what is wrong", async (args, text) => {
  const { code, stdout, stderr } = await run(...args);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, text);
});

Deno.test("models:import works as a task on files beside the caller", async () => {
  const help = await runTask("models:import", ["--help"]);
  assert.deepEqual([help.code, help.stderr], [0, ""]);
  assert.match(help.stdout, /--encoder FILE/);
  await withFolder(async (folder) => {
    await writeCheckpoints(folder);
    const files = ["--encoder", "vgg.safetensors", "--decoder", "mirror.safetensors"];
    const { code, stderr } = await runTask("models:import", [...files, "--name", "fast"], folder);
    assert.equal(code, 1);
    assert.match(stderr, /^error: Cannot write the model "fast": [^\n]+\/models\/fast is there/);
    assert.deepEqual(await namesIn(folder), ["mirror.safetensors", "vgg.safetensors"]);
    const elsewhere = await runTask("models:import", [...files, "--to", "mine"], folder);
    assert.deepEqual([elsewhere.code, elsewhere.stderr], [0, ""]);
    assert.deepEqual(await namesIn(`${folder}/mine`), ["vgg19"]);
  });
});
