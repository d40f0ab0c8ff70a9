import assert from "node:assert/strict";
import { StageClock } from "../../../lib/compute/stage_clock.ts";

Deno.test("StageClock.time() gives what the stage gave and keeps its time", async () => {
  const clock = new StageClock(new AbortController().signal);
  assert.equal(await clock.time("decode", () => 7), 7);
  assert.equal(await clock.time("output", () => Promise.resolve("a")), "a");
  assert.deepEqual(Object.keys(clock.times), ["decode", "output"]);
});

Deno.test("StageClock.time() starts no stage after an abort, even one of this turn", async () => {
  const gone = new AbortController();
  const clock = new StageClock(gone.signal);
  const late = clock.time("encode", () => assert.fail("started"));
  gone.abort();
  await assert.rejects(late, { name: "ComputeError", code: "aborted", message: /encode/ });
  assert.deepEqual(clock.times, {});
});
