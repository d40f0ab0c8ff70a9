import assert from "node:assert/strict";
import { CommandError } from "../../../lib/commands/errors.ts";
import { planJobs, writePicture } from "../../../lib/commands/picture_files.ts";
import { stylePictures } from "../../../lib/commands/style_choice.ts";
import { namesIn, withFolder } from "./_terminal.ts";

const OVERWRITES =
  /^Cannot write .*\/(?:alias|hard|photo|style)\.jpg: it would overwrite a picture that is read$/;

Deno.test("planJobs() refuses to overwrite what is read, under whatever name", async () => {
  await withFolder(async (folder) => {
    const [photo, style] = [`${folder}/in/photo.jpg`, `${folder}/style.jpg`];
    await Deno.mkdir(`${folder}/in`);
    for (const path of [photo, style]) await Deno.writeTextFile(path, "");
    await Deno.symlink(photo, `${folder}/alias.jpg`);
    await Deno.link(photo, `${folder}/hard.jpg`);
    await Deno.symlink(`${folder}/in`, `${folder}/out`);
    for (const name of ["style.jpg", "alias.jpg", "hard.jpg", "in/photo.jpg", "in/", "out"]) {
      await assert.rejects(
        planJobs([photo], `${folder}/${name}`, { styles: [style] }),
        (error) => error instanceof CommandError && OVERWRITES.test(error.message),
        name,
      );
    }
    const to = `${folder}/in/style.jpg`;
    await Deno.writeTextFile(to, "another picture");
    const jobs = await planJobs([photo], to, { styles: [style] });
    assert.deepEqual(jobs, [{ from: photo, to, format: "jpeg" }]);
  });
});

Deno.test("stylePictures() finds the files of a blend", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/style.jpg`;
    await Deno.writeTextFile(path, "");
    assert.deepEqual(await stylePictures(path), [path]);
    assert.deepEqual(await stylePictures(`mosaic:2,${path}:1,${folder}/none.jpg`), [path]);
    assert.deepEqual(await stylePictures("mosaic"), []);
  });
});

Deno.test("writePicture() replaces a file, and leaves nothing behind where it cannot write", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/new/a.png`;
    for (const bytes of [Uint8Array.of(1, 2, 3), Uint8Array.of(4)]) {
      await writePicture(path, bytes);
      assert.deepEqual(await Deno.readFile(path), bytes);
    }
    await Deno.mkdir(`${folder}/new/b.png`);
    for (const wrong of [`${folder}/new/b.png`, `${path}/c.png`]) {
      await assert.rejects(
        writePicture(wrong, Uint8Array.of(5)),
        (error) =>
          error instanceof CommandError && error.message.startsWith(`Cannot write ${wrong}: `),
      );
    }
    assert.deepEqual(await namesIn(`${folder}/new`), ["a.png", "b.png"]);
  });
});
