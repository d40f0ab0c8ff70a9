import assert from "node:assert/strict";
import {
  ComputeError,
  type PaintJob,
  type PoolOptions,
  WorkerPool,
} from "../../../lib/compute/mod.ts";
import { DEFAULT_LIMITS } from "../../../lib/image/mod.ts";

/** The fake worker does what the job's `model` says. */
const FAKE = new URL("../../fakes/compute_worker.ts", import.meta.url);

const job = (behaviour: string, bytes = 10): PaintJob => ({
  kind: "paint",
  source: new Uint8Array(bytes),
  limits: DEFAULT_LIMITS,
  geometry: {
    fit: "inside",
    gravity: { x: 0.5, y: 0.5 },
    dpr: 1,
    enlarge: false,
    maxSide: 100,
  },
  model: behaviour,
  output: { format: "png" },
});

async function withPool(
  task: (pool: WorkerPool) => Promise<void>,
  change: Partial<PoolOptions> = {},
): Promise<void> {
  const pool = await WorkerPool.start({
    pipeline: { models: {}, provider: "wasm", threads: 1 },
    model: "fake",
    workers: 1,
    queueLimit: 2,
    maxBytes: 1000,
    deadline: 60_000,
    workerUrl: FAKE,
    ...change,
  });
  try {
    await task(pool);
  } finally {
    await pool.close();
  }
}

async function until(condition: () => boolean): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    assert(performance.now() - start < 20_000, `waited too long for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const refusedAs = (code: ComputeError["code"]) => (error: unknown): boolean => {
  assert(error instanceof ComputeError, String(error));
  assert.equal(error.code, code);
  return true;
};

Deno.test("WorkerPool.run() gives the worker's result", async () => {
  await withPool(async (pool) => {
    assert.deepEqual([...(await pool.run(job("answer 7"))).body], [7]);
  });
});

Deno.test("WorkerPool.run() does every job once on two workers", async () => {
  await withPool(async (pool) => {
    const all = Array.from({ length: 20 }, (_, i) => pool.run(job(`answer ${i}`)));
    const bodies = (await Promise.all(all)).map(({ body }) => body[0]);
    assert.deepEqual(bodies, Array.from({ length: 20 }, (_, i) => i));
    const { running, waiting, replaced } = pool.status();
    assert.deepEqual({ running, waiting, replaced }, { running: 0, waiting: 0, replaced: 0 });
  }, { workers: 2, queueLimit: 100 });
});

Deno.test("WorkerPool.run() gives a content to the worker that encoded it last", async () => {
  await withPool(async (pool) => {
    await until(() => pool.status().ready === 2);
    const ask = async (contentKey: string): Promise<string> =>
      (await pool.run({ ...job("who"), contentKey })).body.toHex();
    const [a, b] = await Promise.all([ask("a"), ask("b")]);
    assert.notEqual(a, b);
    assert.deepEqual([await ask("b"), await ask("a"), await ask("b")], [b, a, b]);
  }, { workers: 2 });
});

Deno.test("WorkerPool.run() refuses at once when the queue is full, and says when to return", async () => {
  await withPool(async (pool) => {
    const gone = new AbortController();
    const stuck = [1, 2, 3].map(() => pool.run(job("hang"), { signal: gone.signal }));
    const ended = Promise.allSettled(stuck);
    await assert.rejects(pool.run(job("answer 1")), (error) => {
      refusedAs("queue_full")(error);
      assert((error as ComputeError).retryAfter === 2); // 3 jobs x the first guess of 0.5 s
      return true;
    });
    gone.abort();
    for (const result of await ended) assert.equal(result.status, "rejected");
  });
});

Deno.test("WorkerPool.run() refuses more bytes than it may hold, but one job of any size", async () => {
  await withPool(async (pool) => {
    assert.deepEqual([...(await pool.run(job("answer 1", 5000))).body], [1]);
    const gone = new AbortController();
    const first = pool.run(job("hang", 600), { signal: gone.signal });
    await assert.rejects(pool.run(job("answer 1", 600)), refusedAs("queue_full"));
    gone.abort();
    await assert.rejects(first, refusedAs("aborted"));
  });
});

Deno.test("WorkerPool.run() runs jobs one after the other that hold too much together", async () => {
  await withPool(async (pool) => {
    await until(() => pool.status().ready === 2);
    const gone = new AbortController();
    const first = pool.run(job("hang"), { bytes: 600, signal: gone.signal });
    const left = pool.run(job("answer 1"), { bytes: 600, signal: gone.signal });
    const small = pool.run(job("answer 2"), { bytes: 400 });
    const { running, waiting } = pool.status();
    assert.deepEqual({ running, waiting }, { running: 1, waiting: 2 });
    const large = pool.run(job("answer 3"), { bytes: 5000 });
    gone.abort();
    await assert.rejects(first, refusedAs("aborted"));
    await assert.rejects(left, refusedAs("aborted"));
    assert.deepEqual([...(await small).body, ...(await large).body], [2, 3]);
  }, { workers: 2, queueLimit: 3 });
});

Deno.test("WorkerPool.run() counts a job until its worker has let it go, whoever left", async () => {
  await withPool(async (pool) => {
    const gone = new AbortController();
    const left = pool.run(job("spin a second", 600), { signal: gone.signal });
    gone.abort();
    await assert.rejects(left, refusedAs("aborted"));
    await assert.rejects(pool.run(job("answer 1", 600)), refusedAs("queue_full"));
    assert.deepEqual([...(await pool.run(job("answer 2", 300))).body], [2]);
    const { replaced } = pool.status();
    await assert.rejects(pool.run(job("deaf", 600)), refusedAs("deadline"));
    await assert.rejects(pool.run(job("answer 3", 600)), refusedAs("queue_full"));
    const next = pool.run(job("answer 4", 300));
    await until(() => pool.status().replaced > replaced);
    assert.deepEqual([...(await next).body], [4]);
    assert.deepEqual([...(await pool.run(job("answer 5", 1000))).body], [5]);
  }, { deadline: 1500, grace: 500 });
});

Deno.test("WorkerPool.run() forgets a job at once that left before its turn", async () => {
  await withPool(async (pool) => {
    const gone = new AbortController();
    const first = pool.run(job("answer 1", 600));
    const second = pool.run(job("die", 300), { signal: gone.signal });
    gone.abort();
    const third = pool.run(job("answer 3", 300));
    await assert.rejects(second, refusedAs("aborted"));
    assert.deepEqual([...(await first).body, ...(await third).body], [1, 3]);
    assert.equal(pool.status().replaced, 0);
  });
});

Deno.test("WorkerPool.run() of an error rejects with its class and the worker goes on", async () => {
  await withPool(async (pool) => {
    await assert.rejects(pool.run(job("image error")), {
      name: "ImageError",
      code: "corrupt_image",
    });
    await assert.rejects(pool.run(job("throw")), refusedAs("worker_failed"));
    assert.deepEqual([...(await pool.run(job("answer 2"))).body], [2]);
    assert.equal(pool.status().replaced, 0);
  });
});

Deno.test("WorkerPool stops a job at the deadline and keeps its worker", async () => {
  await withPool(async (pool) => {
    await assert.rejects(pool.run(job("until abort")), refusedAs("deadline"));
    assert.deepEqual([...(await pool.run(job("answer 3"))).body], [3]);
    assert.equal(pool.status().replaced, 0);
  }, { deadline: 300 });
});

Deno.test("WorkerPool.run() takes a deadline of the job's own", async () => {
  await withPool(async (pool) => {
    await assert.rejects(pool.run(job("until abort"), { deadline: 10 }), refusedAs("deadline"));
    const patient = pool.run(job("spin a second"), { deadline: 60_000 });
    assert.deepEqual([...(await patient).body], [0]);
  }, { deadline: 500 });
});

Deno.test("WorkerPool gives a worker no other job until it has stopped", async () => {
  await withPool(async (pool) => {
    await assert.rejects(pool.run(job("spin a second")), refusedAs("deadline"));
    const next = pool.run(job("answer 3"));
    const { running, waiting } = pool.status();
    assert.deepEqual({ running, waiting }, { running: 1, waiting: 1 });
    assert.deepEqual([...(await next).body], [3]);
    assert.equal(pool.status().replaced, 0);
  }, { deadline: 300 });
});

Deno.test("WorkerPool kills a worker that does not stop after the deadline and replaces it", async () => {
  await withPool(async (pool) => {
    const shared = new Uint8Array(new SharedArrayBuffer(1));
    const source = shared as Uint8Array as PaintJob["source"];
    await assert.rejects(pool.run({ ...job("deaf"), source }), refusedAs("deadline"));
    await until(() => pool.status().replaced === 1);
    assert.deepEqual([...(await pool.run(job("answer 3"))).body], [3]);
    let [beat, still] = [shared[0], 0];
    await until(() => {
      still = shared[0] === beat ? still + 1 : 0;
      beat = shared[0];
      return still === 10;
    });
    assert.equal(pool.status().replaced, 1);
  }, { deadline: 300, grace: 300 });
});

Deno.test("WorkerPool replaces a worker that dies", async () => {
  await withPool(async (pool) => {
    await assert.rejects(pool.run(job("die")), refusedAs("worker_failed"));
    assert.deepEqual([...(await pool.run(job("answer 4"))).body], [4]);
    assert.equal(pool.status().replaced, 1);
  });
});

Deno.test("WorkerPool waits before it replaces a worker that never got ready", async () => {
  const model = await Deno.makeTempFile();
  await withPool(async (pool) => {
    await Deno.remove(model);
    await assert.rejects(pool.run(job("die")), refusedAs("worker_failed"));
    const start = performance.now();
    await until(() => pool.status().replaced === 3);
    assert(performance.now() - start > 900);
  }, { model: `file ${model}` });
});

Deno.test("WorkerPool.run() of a caller that left does not stop the others", async () => {
  await withPool(async (pool) => {
    const gone = new AbortController();
    const leaving = pool.run(job("until abort"), { signal: gone.signal });
    const staying = pool.run(job("answer 5"));
    gone.abort();
    await assert.rejects(leaving, refusedAs("aborted"));
    assert.deepEqual([...(await staying).body], [5]);
    assert.equal(pool.status().replaced, 0);
  });
});

Deno.test("WorkerPool.run() refuses a caller that left before, and after close()", async () => {
  await withPool(async (pool) => {
    const signal = AbortSignal.abort();
    await assert.rejects(pool.run(job("answer 1"), { signal }), refusedAs("aborted"));
    const waiting = pool.run(job("hang"));
    const closed = assert.rejects(waiting, refusedAs("closed"));
    await pool.close();
    await closed;
    await assert.rejects(pool.run(job("answer 1")), refusedAs("closed"));
  });
});

Deno.test("WorkerPool.start() fails if the model does not open", async () => {
  await assert.rejects(withPool(() => Promise.resolve(), { model: "broken" }), {
    code: "model_damaged",
  });
});
