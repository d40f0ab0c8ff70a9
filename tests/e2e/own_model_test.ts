import assert from "node:assert/strict";
import { startService } from "../support/service.ts";

const ROOT = new URL("../../", import.meta.url);

/** This project with another model, for which nothing ships. */
async function makeProject(): Promise<URL> {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  for (const name of ["lib", "routes", "static", "deno.json", "deno.lock"]) {
    await Deno.symlink(new URL(name, ROOT), new URL(name, folder));
  }
  await Deno.copyFile(new URL("main.ts", ROOT), new URL("main.ts", folder));
  await Deno.mkdir(new URL("models/own/", folder), { recursive: true });
  for await (const { name } of Deno.readDir(new URL("models/fast/", ROOT))) {
    await Deno.copyFile(
      new URL(`models/fast/${name}`, ROOT),
      new URL(`models/own/${name}`, folder),
    );
  }
  return folder;
}

Deno.test("a start measures the styles of another model, however short DEADLINE_MS is", async () => {
  const project = await makeProject();
  try {
    const env = { MODEL: "own", DEADLINE_MS: "100", COMPUTE_WORKERS: "1", PROVIDER: "wasm" };
    await using service = await startService(env, { root: project });
    const { styles } = await (await fetch(`${service.origin}/v1/styles`)).json();
    assert(styles.some(({ id }: { id: string }) => id === "mosaic"));
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
