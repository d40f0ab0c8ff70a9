import { ImageError } from "../image/mod.ts";

/**
 * Works on one picture of a job.
 *
 * @param name What errors call the picture; undefined: nothing.
 * @param work The work.
 * @returns Its result.
 * @throws {ImageError} As the work does, with the name in the message.
 */
export async function naming<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw name !== undefined && error instanceof ImageError ? error.about(name) : error;
  }
}
