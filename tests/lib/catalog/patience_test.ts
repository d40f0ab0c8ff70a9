import assert from "node:assert/strict";
import { Patience } from "../../../lib/catalog/patience.ts";

Deno.test("Patience starts nothing more while four tasks are late, and goes on after them", async () => {
  const patience = new Patience(5);
  const gate = Promise.withResolvers<void>();
  let started = 0;
  const task = (): Promise<void> => {
    started++;
    return gate.promise;
  };
  for (let i = 0; i < 4; i++) await assert.rejects(patience.run(task), /more than 5 ms/);
  await assert.rejects(patience.run(task), /4 requests wait/);
  assert.equal(started, 4);
  gate.resolve();
  await gate.promise;
  assert.equal(await patience.run(() => Promise.resolve("back")), "back");
});
