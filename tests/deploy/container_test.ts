import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

function copiedBy(dockerfile: string): string[] {
  const lines = dockerfile.matchAll(/^COPY --chown=\S+ (.+) \S+$/gm);
  return [...lines].flatMap(([, paths = ""]) => paths.split(" "));
}

async function copy(path: string, folder: string): Promise<void> {
  const args = ["-R", new URL(path, ROOT).pathname, folder];
  const { success, stderr } = await new Deno.Command("cp", { args }).output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("the service runs from what the Dockerfile copies, and ends at SIGTERM", async () => {
  const dockerfile = await Deno.readTextFile(new URL("deploy/Dockerfile", ROOT));
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/data`);
  for (const path of copiedBy(dockerfile)) await copy(path, folder);
  const child = new Deno.Command(Deno.execPath(), {
    args: JSON.parse(/^CMD (\[.+\])$/m.exec(dockerfile)?.[1] ?? "[]"),
    cwd: folder,
    env: { PORT: "0", HOST: "127.0.0.1", KV_URL: ":memory:", COMPUTE_WORKERS: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let printed = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    const example = /A picture: (\S+)w=640/.exec(printed)?.[1];
    if (example === undefined) continue;
    const picture = await fetch(`${example}w=64`);
    assert.equal(picture.status, 200, await picture.text());
    child.kill("SIGTERM"); // what `docker stop` sends; the output ends with the process
  }
  assert.match(printed, /A picture:/);
  assert.equal((await child.status).code, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the build context holds what the Dockerfile copies and nothing else", async () => {
  const dockerfile = await Deno.readTextFile(new URL("deploy/Dockerfile", ROOT));
  const ignore = await Deno.readTextFile(new URL("deploy/Dockerfile.dockerignore", ROOT));
  const allowed = [...ignore.matchAll(/^!(\S+)$/gm)].map(([, path]) => path);
  assert.deepEqual(allowed.sort(), copiedBy(dockerfile).sort());
});
