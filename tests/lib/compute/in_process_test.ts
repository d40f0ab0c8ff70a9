import assert from "node:assert/strict";
import { ComputeError, type PaintJob } from "../../../lib/compute/mod.ts";
import { DEFAULT_LIMITS, encode } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";
import { GEOMETRY, startCompute } from "./_compute.ts";

/** A plain thumbnail. */
const job: PaintJob = {
  kind: "paint",
  source: await encode(drawPicture(600, 400, 1), { format: "png" }),
  limits: DEFAULT_LIMITS,
  model: "fast",
  output: { format: "png" },
  geometry: GEOMETRY,
};

Deno.test("in-process compute refuses an aborted caller, a full queue, and work after close()", async () => {
  const it = await startCompute({ queueLimit: 1 });
  await assert.rejects(it.run(job, { signal: AbortSignal.abort() }), { code: "aborted" });
  const admitted = [it.run(job), it.run(job)];
  await assert.rejects(it.run(job), { name: "ComputeError", code: "queue_full" });
  await Promise.all(admitted);
  await it.close();
  await assert.rejects(it.run(job), { code: "closed" });
});

Deno.test("in-process compute stops a job between its stages after the deadline", async () => {
  const it = await startCompute({ deadline: 1 });
  await assert.rejects(it.run(job), { code: "deadline" });
  assert.equal((await it.run(job, { deadline: 60_000 })).width, 600);
  await it.close();
});

Deno.test("in-process compute gives the place of a waiting caller that leaves to the next", async () => {
  const it = await startCompute({ queueLimit: 1 });
  const gone = new AbortController();
  const first = it.run(job);
  const leaving = it.run(job, { signal: gone.signal });
  gone.abort();
  await assert.rejects(leaving, { code: "aborted" });
  const { running, waiting } = it.status();
  assert.deepEqual({ running, waiting }, { running: 1, waiting: 0 });
  const both = await Promise.all([first, it.run(job)]);
  assert.deepEqual(both.map(({ width }) => width), [600, 600]);
  await it.close();
});

Deno.test("in-process compute refuses those who wait when it is closed, and ends the running job", async () => {
  const it = await startCompute();
  const running = it.run(job);
  const waiting = [it.run(job), it.run(job)].map((run) =>
    assert.rejects(run, { name: "ComputeError", code: "closed" })
  );
  const closing = it.close();
  await Promise.all(waiting);
  assert.equal((await running).width, 600);
  await closing;
  await it.close();
});

Deno.test("in-process compute says when to return by how long jobs run, not how long they wait", async () => {
  const it = await startCompute({ queueLimit: 20 });
  const fill = (): Promise<unknown>[] => Array.from({ length: 21 }, () => it.run(job));
  const before = performance.now();
  await Promise.all(fill());
  const seconds = (performance.now() - before) / 1000;
  const admitted = fill();
  await assert.rejects(it.run(job), (error) => {
    assert(error instanceof ComputeError && error.retryAfter !== undefined);
    // The moving average is at most a fifth of all the time, and what is left of the first guess.
    assert(error.retryAfter <= 21 / 5 * seconds + 2, `${error.retryAfter} s after ${seconds} s`);
    return true;
  });
  await Promise.all(admitted);
  await it.close();
});
