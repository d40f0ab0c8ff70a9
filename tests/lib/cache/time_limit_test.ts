import assert from "node:assert/strict";
import { TimeLimit } from "../../../lib/cache/time_limit.ts";

Deno.test("TimeLimit.wait() gives the result or the failure of the work", async () => {
  const limit = new TimeLimit(60_000);
  assert.equal(await limit.wait(Promise.resolve(7)), 7);
  await assert.rejects(limit.wait(Promise.reject(new Error("refused"))), /refused/);
  limit.stop();
});

Deno.test("TimeLimit.wait() gives up each wait in its own time", async () => {
  const limit = new TimeLimit(40);
  const never = new Promise<never>(() => {});
  const start = performance.now();
  const first = limit.wait(never);
  const done = limit.wait(Promise.resolve("done"));
  await assert.rejects(first, /no answer in 40 ms/);
  assert.equal(await done, "done");
  const second = performance.now();
  await assert.rejects(limit.wait(never), /no answer in 40 ms/);
  const now = performance.now();
  assert(second - start >= 39 && now - second >= 39, `${second - start}, ${now - second}`);
});
