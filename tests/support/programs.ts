/**
 * Finds a program that a test needs.
 *
 * @param names Names that it may have.
 * @returns The first that is installed, or null (said loudly); with `REQUIRE_ALL=1` a failure.
 */
export function findProgram(...names: readonly string[]): string | null {
  for (const name of names) {
    for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
      if (isFile(`${folder}/${name}`)) return `${folder}/${name}`;
    }
  }
  const line = `SKIPPED: none of ${names.join(", ")} is installed`;
  if (Deno.env.get("REQUIRE_ALL") === "1") throw new Error(line);
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  return null;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
