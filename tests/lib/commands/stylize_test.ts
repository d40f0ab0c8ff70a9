import assert from "node:assert/strict";
import { loadModel, statisticsDistance, Stylizer } from "../../../lib/adain/mod.ts";
import { chooseStyles } from "../../../lib/commands/style_choice.ts";
import { decodeContent } from "../../../lib/commands/read_picture.ts";
import { stylize } from "../../../lib/commands/stylize.ts";
import {
  blank,
  decode,
  encode,
  encodeAnimation,
  type OutputFormat,
  probe,
  resize,
} from "../../../lib/image/mod.ts";
import { drawPicture, largestDifference, meanDifference } from "../../support/pictures.ts";
import { capture, namesIn, type Run, runTask, withFolder } from "./_terminal.ts";

// ONNX Runtime opens a message port with its first session and keeps it as long as the process.
const fast = await loadModel(new URL("../../../models/fast/", import.meta.url));
await (await Stylizer.open(fast)).dispose();

function run(...args: readonly string[]): Promise<Run> {
  return capture((terminal) => stylize(["--threads", "1", ...args], terminal));
}

async function write(path: string, seed: number, format: OutputFormat = "png"): Promise<string> {
  await Deno.writeFile(path, await encode(drawPicture(64, 48, seed), { format }));
  return path;
}

async function read(path: string): Promise<Awaited<ReturnType<typeof decode>>> {
  return await decode(await Deno.readFile(path));
}

Deno.test("stylize paints a file, in the format of the result's name", async () => {
  await withFolder(async (folder) => {
    const photo = await write(`${folder}/photo.png`, 1);
    for (const [name, format] of [["a.png", "png"], ["b.JPG", "jpeg"], ["c.webp", "webp"]]) {
      const to = `${folder}/new/${name}`;
      const result = await run(photo, "--style", photo, "-o", to);
      assert.deepEqual(result, { code: 0, stdout: "", stderr: `pictures 1/1 ${to}\n` });
      const info = probe(await Deno.readFile(to));
      assert.deepEqual([info.format, info.width, info.height], [format, 64, 48]);
    }
  });
});

Deno.test("chooseStyles() encodes a drawn style only where no numbers ship for the model", async () => {
  const folder = new URL("../../../static/styles/", import.meta.url);
  const stylizer = await Stylizer.open(fast);
  const [shipped] = await chooseStyles("woodcut", { folder, stylizer });
  assert.equal(stylizer.encoderRuns, 0);
  const manifest = { ...fast.manifest, version: "0123456789abcdef" };
  const other = await Stylizer.open({ ...fast, manifest });
  const [measured] = await chooseStyles("woodcut", { folder, stylizer: other });
  assert.equal(other.encoderRuns, 1);
  assert(shipped && measured);
  assert(statisticsDistance(shipped.statistics, measured.statistics) < 0.02);
  await stylizer.dispose();
  await other.dispose();
});

Deno.test("stylize gives what the library gives, with blend, picture style, alpha and colour", async () => {
  await withFolder(async (folder) => {
    const photo = await write(`${folder}/photo.png`, 1);
    const style = await write(`${folder}/my style.png`, 9);
    const args = ["--style", `mosaic:3,${style}:1`, "--alpha", "0.5", "--color", "content"];
    assert.equal((await run(photo, ...args, "-o", `${folder}/out.png`)).code, 0);
    const stylizer = await Stylizer.open(fast);
    const mosaic = await read(
      new URL("../../../static/styles/mosaic.jpg", import.meta.url).pathname,
    );
    const factor = 512 / Math.max(mosaic.width, mosaic.height);
    const size = {
      width: Math.round(mosaic.width * factor),
      height: Math.round(mosaic.height * factor),
    };
    const styles = [
      { statistics: await stylizer.analyze(await resize(mosaic, size)), weight: 3 },
      { statistics: await stylizer.analyze(await read(style)), weight: 1 },
    ];
    const expected = await stylizer.stylize(await read(photo), {
      styles,
      alpha: 0.5,
      colour: "content",
    });
    await stylizer.dispose();
    assert(meanDifference(await read(`${folder}/out.png`), expected) < 0.5);
  });
});

Deno.test("stylize --width and --height bound the result and never enlarge it", async () => {
  await withFolder(async (folder) => {
    const photo = await write(`${folder}/photo.png`, 1);
    const to = `${folder}/out.png`;
    for (
      const [args, size] of [
        [["--width", "32"], [32, 24]],
        [["--height", "12"], [16, 12]],
        [["--width", "32", "--height", "12"], [16, 12]],
        [["--width", "640"], [64, 48]],
      ] as const
    ) {
      assert.equal((await run(photo, "-s", photo, ...args, "-o", to)).code, 0);
      const { width, height } = await read(to);
      assert.deepEqual([width, height], size);
    }
  });
});

Deno.test("stylize keeps an animation moving, and takes its first frame for a still", async () => {
  await withFolder(async (folder) => {
    const style = await write(`${folder}/style.png`, 9);
    const frames = [1, 2, 3].map((seed) => ({ pixels: drawPicture(32, 24, seed), delay: 100 }));
    const source = `${folder}/moving.gif`;
    await Deno.writeFile(source, await encodeAnimation({ frames, plays: 0 }, { format: "gif" }));
    for (const [name, expected] of [["a.gif", 3], ["b.webp", 3], ["c.png", 1]] as const) {
      const { code, stderr } = await run(source, "-s", style, "-o", `${folder}/${name}`);
      assert.equal(code, 0, stderr);
      assert.equal(probe(await Deno.readFile(`${folder}/${name}`)).frames, expected);
    }
  });
});

Deno.test("stylize takes larger pictures and longer animations than a service does", async () => {
  await withFolder(async (folder) => {
    const wide = `${folder}/wide.jpg`;
    await Deno.writeFile(wide, await encode(drawPicture(12_800, 160, 1), { format: "jpeg" }));
    const frames = Array.from({ length: 61 }, () => ({ pixels: blank(8, 8), delay: 20 }));
    const long = `${folder}/long.gif`;
    await Deno.writeFile(long, await encodeAnimation({ frames, plays: 0 }, { format: "gif" }));
    for (
      const [from, name, expected] of [
        [wide, "wide.webp", [1600, 20, 1]],
        [long, "long.webp", [8, 8, 61]],
      ] as const
    ) {
      const to = `${folder}/new/${name}`;
      const { code, stderr } = await run(from, "-s", "mosaic", "--width", "1600", "-o", to);
      assert.equal(code, 0, stderr);
      const info = probe(await Deno.readFile(to));
      assert.deepEqual([info.width, info.height, info.frames], expected);
    }
  });
});

Deno.test("decodeContent() of a JPEG that is reduced on the way gives the same picture", async () => {
  const bytes = await encode(drawPicture(640, 480, 1), { format: "jpeg", quality: 90 });
  const { frames: [small] } = await decodeContent(bytes, { format: "png", width: 80 });
  assert(small);
  const expected = await resize(await decode(bytes), { width: 80, height: 60 });
  assert.notDeepEqual(small.pixels.data, expected.data);
  assert(meanDifference(small.pixels, expected) < 3);
});

Deno.test("stylize paints a folder, keeps names, and goes on behind pictures that fail", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    await write(`${folder}/in/a.png`, 1);
    await Deno.writeTextFile(`${folder}/in/b.jpg`, "no picture");
    await write(`${folder}/in/c.webp`, 3, "webp");
    await Deno.writeTextFile(`${folder}/in/notes.txt`, "no picture");
    await Deno.symlink(`${folder}/in/loop.png`, `${folder}/in/loop.png`);
    await write(`${folder}/in/taken.png`, 4);
    await Deno.mkdir(`${folder}/out/taken.png`, { recursive: true });
    const { code, stderr } = await run(`${folder}/in`, "-s", "woodcut", "-o", `${folder}/out`);
    assert.equal(code, 1);
    assert.deepEqual(await namesIn(`${folder}/out`), ["a.png", "c.webp", "taken.png"]);
    assert.match(stderr, /pictures 5\/5 [^\n]+\nerror: Cannot read .*b\.jpg: [^\n]+\n/);
    assert.match(stderr, /\nerror: Cannot read .*loop\.png: Too many levels [^\n]+\n/);
    assert.match(stderr, /\nerror: Cannot write .*out\/taken\.png: Is a directory [^\n]+\n$/);
    const alone = await run(`${folder}/in/a.png`, "-s", "woodcut", "-o", `${folder}/alone.png`);
    assert.equal(alone.code, 0);
    const [one, other] = [await read(`${folder}/out/a.png`), await read(`${folder}/alone.png`)];
    assert.equal(largestDifference(one, other), 0);
  });
});

Deno.test("stylize keeps control characters in the names of files from the terminal", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    for (const name of ["a", "b"]) {
      await Deno.writeTextFile(`${folder}/in/${name}\x1b]0;title\x07.jpg`, "no picture");
    }
    const { code, stderr } = await run(`${folder}/in`, "-s", "woodcut", "-o", `${folder}/out`);
    assert.equal(code, 1);
    assert.match(stderr, /^(?:pictures [^\p{Cc}]+\n){2}(?:error: [^\p{Cc}]+\n){2}$/u);
  });
});

Deno.test("stylize refuses input that cannot become the output", async () => {
  await withFolder(async (folder) => {
    const photo = await write(`${folder}/photo.png`, 1);
    await Deno.mkdir(`${folder}/empty`);
    await Deno.mkdir(`${folder}/other`);
    await write(`${folder}/other/photo.png`, 2);
    const cases: [string[], RegExp][] = [
      [[photo, "-s", "mosiac", "-o", "x.png"], /no style "mosiac": did you mean "mosaic"\?/],
      [[photo, "-s", "qqqqqqqq", "-o", "x.png"], /no style "qqqqqqqq": built in are oil-strokes/],
      [[photo, "-s", "mosaic:0", "-o", "x.png"], /weights that are all 0/],
      [[photo, "-s", `${folder}/none.jpg`, "-o", "x.png"], /There is no style ".*none\.jpg"/],
      [[photo, "-s", "mosaic", "--model", "slow", "-o", "x.png"], /no model "slow": .*fast/],
      [[photo, "-s", "mosaic", "--model", "../fast", "-o", "x.png"], /no model "\.\.\/fast"/],
      [[photo, "-s", "a,a,a,a,a,a,a,a,a", "-o", "x.png"], /Cannot blend 9 styles/],
      [[photo, "-s", "mosaic", "-o", "x.tiff"], /its name must end with \.avif/],
      [[photo, "-s", "mosaic", "-o", photo], /would overwrite a picture that is read/],
      [[photo, "-s", `${folder}/other/photo.png`, "-o", `${folder}/other`], /would overwrite/],
      [[photo, "-s", "mosaic", "-o", folder], /would overwrite a picture that is read/],
      [[`${folder}/none.jpg`, "-s", "mosaic", "-o", "x.png"], /none\.jpg: it is not there/],
      [[`${folder}/empty`, "-s", "mosaic", "-o", "x"], /it has no pictures/],
      [[photo, `${folder}/other`, "-s", "mosaic", "-o", "x"], /another picture becomes it too/],
    ];
    for (const [args, text] of cases) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, text);
      assert.match(stderr, /^error: [^\n]+\n$/);
    }
  });
});

Deno.test.each<[string[], RegExp]>([
  [[], /a picture or a folder is needed/],
  [["a.png", "-o", "b.png"], /--style is needed/],
  [["a.png", "-s", "mosaic"], /-o FILE or FOLDER is needed/],
  [["a.png", "-s", "mosaic", "-o", "b.png", "--alpha", "1.5"], /--alpha 1\.5: .* from 0 to 1/],
  [["a.png", "-s", "mosaic", "-o", "b.png", "--alpha", "1e-1"], /--alpha 1e-1/],
  [["a.png", "-s", "mosaic", "-o", "b.png", "--width", "0"], /--width 0: .* from 1 to 12000/],
  [["a.png", "-s", "mosaic", "-o", "b.png", "--quality", "101"], /--quality 101: .* 1 to 100/],
  [["a.png", "-s", "mosaic", "-o", "b.png", "--color", "grey"], /--color grey: .*style or content/],
  [["a.png", "-s", "mosaic", "--style", "waves", "-o", "b.png"], /--style twice: give it once/],
  [["a.png", "-s", "mosaic", "-o", "b.png", "-o", "c.png"], /--output twice: give it once/],
  [["", "-s", "mosaic", "-o", "b.png"], /an empty file name/],
  [["a.png", "-s", "mosaic", "-o", ""], /an empty file name/],
  [[`${"a".repeat(300)}.png`, "-s", "mosaic", "-o", "b.png"], /name too long/],
  [["a.png", "--stile", "mosaic"], /Unknown option '--stile'/],
])("stylize %s says what is wrong", async (args, text) => {
  const { code, stdout, stderr } = await run(...args);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, text);
});

Deno.test("stylize --help lists the built-in styles", async () => {
  const { code, stdout } = await run("--help");
  assert.equal(code, 0);
  assert.match(stdout, /up to 200 megapixels/);
  assert.match(stdout, /Built-in styles: .*mosaic.*starry-night/);
});

Deno.test("stylize works as a task on files beside the caller, one thread per core", async () => {
  await withFolder(async (folder) => {
    await write(`${folder}/photo.jpg`, 1, "jpeg");
    const args = ["photo.jpg", "-s", "batik", "-o", "new/out.avif"];
    const { code, stderr } = await runTask("stylize", args, folder);
    assert.deepEqual([code, stderr], [0, "pictures 1/1 new/out.avif\n"]);
    const bytes = await Deno.readFile(`${folder}/new/out.avif`);
    assert.equal(new TextDecoder().decode(bytes.slice(4, 12)), "ftypavif");
  });
});
