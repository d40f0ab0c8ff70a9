/** Where larger test files lie that are not part of this project. */
const SHARED = new URL(Deno.env.get("PASTICHE_SHARED") ?? "../../../shared/", import.meta.url);

/**
 * Finds a folder of test files that are not part of this project.
 *
 * @param path Folder below the shared one, with a trailing slash.
 * @returns The folder, or null (said loudly) where it is missing; a failure with `REQUIRE_SHARED=1`.
 */
export function sharedFolder(path: string): URL | null {
  const folder = new URL(path, SHARED);
  try {
    if (Deno.statSync(folder).isDirectory) return folder;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const line = `SKIPPED: the test files ${folder.pathname} are not here`;
  if (Deno.env.get("REQUIRE_SHARED") === "1") throw new Error(line);
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  return null;
}
