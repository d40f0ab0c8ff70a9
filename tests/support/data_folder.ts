/** A folder of a test's own below data/, where the start task may write. */
export class DataFolder implements AsyncDisposable {
  /** Its path. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one. */
  static async make(): Promise<DataFolder> {
    const data = new URL("../../data/", import.meta.url).pathname;
    await Deno.mkdir(data, { recursive: true });
    return new DataFolder(await Deno.makeTempDir({ dir: data }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
