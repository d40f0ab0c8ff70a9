/**
 * Runs tasks one after the other, in the order in which they came; a task that fails does not stop
 * those behind it. ONNX Runtime sessions need this: concurrent runs on one session are not allowed.
 */
export class RunQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * Runs a task when its turn has come.
   *
   * @param task The work; it starts when all earlier tasks have ended.
   * @returns What the task returns, or its rejection.
   */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => {});
    return result;
  }
}
