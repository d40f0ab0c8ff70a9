import assert from "node:assert/strict";
import { RunQueue } from "../../../lib/adain/run_queue.ts";

Deno.test("RunQueue runs one task at a time, in order", async () => {
  const queue = new RunQueue();
  const seen: string[] = [];
  const task = (name: string) => async (): Promise<string> => {
    seen.push(`${name} starts`);
    await Promise.resolve();
    seen.push(`${name} ends`);
    return name;
  };
  assert.deepEqual(await Promise.all([queue.run(task("a")), queue.run(task("b"))]), ["a", "b"]);
  assert.deepEqual(seen, ["a starts", "a ends", "b starts", "b ends"]);
});

Deno.test("RunQueue survives a task that fails", async () => {
  const queue = new RunQueue();
  const failing = queue.run(() => Promise.reject(new Error("no")));
  const next = queue.run(() => Promise.resolve(1));
  await assert.rejects(failing, /no/);
  assert.equal(await next, 1);
});
