import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DataFolder } from "../support/data_folder.ts";
import { freePort } from "../support/ports.ts";
import { findProgram } from "../support/programs.ts";
import { startService } from "../support/service.ts";
import { ask, askPicture, type Edge, pictureTarget, runCases } from "./cases.ts";
import { CountingOrigin } from "./origin.ts";
import { startProgram, until, untilAnswers } from "./programs.ts";

const NGINX = findProgram("nginx");
const DEPLOY = new URL("../../deploy/nginx/", import.meta.url);

/** An nginx before two origins. */
interface Nginx extends Edge, AsyncDisposable {
  /** Folder of its cached pictures. */
  readonly pictures: string;
}

async function startNginx(origin: CountingOrigin): Promise<Nginx> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const config = (await Deno.readTextFile(new URL("nginx.conf", DEPLOY)))
    .replaceAll("/var/cache/nginx", folder)
    .replace("worker_processes auto;", "worker_processes 1;\ndaemon off;\nmaster_process off;")
    .replace("access_log /dev/stdout cache;", "access_log off;")
    .replace("listen 8080;", `listen 127.0.0.1:${port};`)
    .replace("pastiche-1:8000", `127.0.0.1:${origin.ports[0]}`)
    .replace("pastiche-2:8000", `127.0.0.1:${origin.ports[1]}`);
  await Deno.writeTextFile(`${folder}/nginx.conf`, config);
  const program = startProgram(NGINX ?? "", {
    args: ["-p", folder, "-e", "stderr", "-c", `${folder}/nginx.conf`],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}/healthz`, program);
  return {
    url,
    origin,
    pictures: `${folder}/pictures`,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function purgeByTag({ pictures, url, origin }: Nginx): Promise<void> {
  const script = new URL("purge-tag.sh", DEPLOY).pathname;
  const purge = async (tag: string): Promise<number> =>
    (await new Deno.Command("sh", { args: [script, tag, pictures] }).output()).code;
  const styles = ["mosaic", "quilt:2,mosaic:1", "quilt", "none"];
  const targets = styles.map((style) => pictureTarget(80, `style=${style}`));
  const counts = (): number[] => targets.map((target) => origin.count(target));
  const askAll = async (): Promise<void> => {
    for (const target of targets) await askPicture({ url, origin }, target);
  };
  await askAll();
  await askAll();
  assert.deepEqual(counts(), [1, 1, 1, 1]);
  assert.equal(await purge("style-mosaic"), 0);
  await askAll();
  assert.deepEqual(counts(), [2, 2, 1, 1]);
  assert.equal(await purge("style-mosa"), 0);
  assert.notEqual(await purge("../.*"), 0);
  await askAll();
  assert.deepEqual(counts(), [2, 2, 1, 1]);
}

/** As docs/deployment.md says. */
async function purgeByKey({ pictures, url, origin }: Nginx): Promise<void> {
  const target = pictureTarget(81);
  await askPicture({ url, origin }, target);
  const sum = createHash("md5").update(`${target}|`).digest("hex");
  const file = `${pictures}/${sum.slice(31)}/${sum.slice(29, 31)}/${sum}`;
  // The answer is sent before the file has its name.
  await until(() => Deno.remove(file).then(() => true, () => null), "the picture has a file");
  await askPicture({ url, origin }, target);
  assert.equal(origin.count(target), 2);
}

/** As docs/deployment.md says. */
async function removeByCommand({ pictures, url, origin }: Nginx): Promise<void> {
  const run = async (command: string): Promise<void> => {
    const { success } = await new Deno.Command("sh", { args: ["-c", command] }).output();
    assert(success, command);
  };
  const targets = ["card", "cards"].map((name) => `/v1/stylize?preset=${name}&url=/sample.jpg`);
  const counts = (): number[] => targets.map((target) => origin.count(target));
  const askAll = async (): Promise<void> => {
    for (const target of targets) await askPicture({ url, origin }, target);
  };
  await askAll();
  await askAll();
  assert.deepEqual(counts(), [1, 1]);
  const preset =
    `grep -rlaZE '^KEY: [^|]*[?&]preset=card([&|]|$)' ${pictures} | xargs -0 -r rm -f --`;
  await run(preset);
  await askAll();
  assert.deepEqual(counts(), [2, 1]);
  await run(`find ${pictures} -type f -delete`);
  await askAll();
  assert.deepEqual(counts(), [3, 2]);
}

async function headIsNotKept({ url, origin }: Nginx): Promise<void> {
  const target = pictureTarget(82);
  await askPicture({ url, origin }, target);
  for (const _ of [1, 2]) {
    const { status, headers } = await ask({ url, origin }, target, { method: "HEAD" });
    assert.deepEqual([status, headers.get("content-type")], [200, "image/jpeg"]);
  }
  assert.equal(origin.count(target), 3);
}

Deno.test({
  name: "nginx before the service",
  ignore: NGINX === null,
  fn: async (t) => {
    await using folder = await DataFolder.make();
    const file = `${folder.path}/presets.json`;
    const presets = { card: { style: "none", w: "85" }, cards: { style: "none", w: "86" } };
    await Deno.writeTextFile(file, JSON.stringify(presets));
    await using service = await startService({ COMPUTE_WORKERS: "1", PRESETS_FILE: file });
    await using origin = new CountingOrigin(service.origin);
    await using edge = await startNginx(origin);
    await runCases(t, edge, [
      ["a tag's files can be removed", purgeByTag],
      ["a URL's file can be removed", purgeByKey],
      ["a preset's files and all files can be removed", removeByCommand],
      ["a HEAD of a picture is not kept", headIsNotKept],
    ]);
  },
});
