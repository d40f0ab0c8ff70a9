/**
 * Works on one of several pictures.
 *
 * @param name What errors call the picture; undefined: nothing.
 * @param work The work.
 * @returns Its result.
 * @throws As the work does; an error that can say what it is about has the name in its message.
 */
export async function naming<T>(
  name: string | undefined,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw name !== undefined && saysAbout(error) ? error.about(name) : error;
  }
}

/** Those of pictures and of their sources do. */
function saysAbout(error: unknown): error is Error & { about(name: string): Error } {
  return error instanceof Error && "about" in error && typeof error.about === "function";
}
