import assert from "node:assert/strict";
import { localSingleFlight } from "../../lib/single_flight.ts";

const never = new AbortController().signal;

Deno.test("run() shares one computation between callers of the same key", async () => {
  const flight = localSingleFlight<string>();
  const end = Promise.withResolvers<string>();
  let runs = 0;
  const work = (): Promise<string> => {
    runs++;
    return end.promise;
  };
  const callers = [0, 1, 2].map(() => flight.run("a", work, never));
  const other = flight.run("b", () => Promise.resolve("b"), never);
  assert.equal(flight.status().running, 2);
  end.resolve("a");
  assert.deepEqual(await Promise.all(callers), ["a", "a", "a"]);
  assert.equal(await other, "b");
  assert.equal(runs, 1);
  const counts = { running: 0, started: 2, joined: 2, elsewhere: 0 };
  assert.deepEqual(flight.status(), counts);
});

Deno.test("run() goes on for the others when a caller leaves", async () => {
  const flight = localSingleFlight<string>();
  const end = Promise.withResolvers<string>();
  let aborted = false;
  const work = (signal: AbortSignal): Promise<string> => {
    signal.addEventListener("abort", () => aborted = true);
    return end.promise;
  };
  const leaver = new AbortController();
  const first = flight.run("a", work, leaver.signal);
  const second = flight.run("a", work, never);
  leaver.abort(new Error("gone"));
  await assert.rejects(first, /gone/);
  end.resolve("done");
  assert.equal(await second, "done");
  assert.equal(aborted, false);
});

Deno.test("run() aborts the work with its last caller, and begins anew for the next", async () => {
  const flight = localSingleFlight<string>();
  let reason: unknown;
  const hanging = (signal: AbortSignal): Promise<string> => {
    const end = Promise.withResolvers<string>();
    signal.addEventListener("abort", () => {
      reason = signal.reason;
      end.reject(signal.reason);
    });
    return end.promise;
  };
  const controllers = [new AbortController(), new AbortController()];
  const callers = controllers.map(({ signal }) => flight.run("a", hanging, signal));
  const left = Promise.allSettled(callers);
  controllers[0]?.abort(new Error("first"));
  controllers[1]?.abort(new Error("last"));
  assert.deepEqual((await left).map(({ status }) => status), ["rejected", "rejected"]);
  assert.match(String(reason), /last/);
  assert.equal(await flight.run("a", () => Promise.resolve("new"), never), "new");
});

Deno.test("run() gives all callers the same failure and does not remember it", async () => {
  const flight = localSingleFlight<string>();
  const failing = (): Promise<string> => Promise.reject(new Error("no picture"));
  const callers = [0, 1].map(() => flight.run("a", failing, never));
  const results = await Promise.allSettled(callers);
  assert.deepEqual(results.map(({ status }) => status), ["rejected", "rejected"]);
  const throwing = (): never => {
    throw new Error("at once");
  };
  await assert.rejects(flight.run("a", throwing, never), /at once/);
  assert.equal(await flight.run("a", () => Promise.resolve("ok"), never), "ok");
});

Deno.test("run() does nothing for a caller that is already gone", async () => {
  const flight = localSingleFlight<string>();
  const gone = AbortSignal.abort(new Error("gone"));
  await assert.rejects(flight.run("a", () => Promise.resolve("never"), gone), /gone/);
  assert.equal(flight.status().started, 0);
});

Deno.test("run() lets a caller leave that ends its own signal while the work begins", async () => {
  const flight = localSingleFlight<string>();
  const controller = new AbortController();
  const work = (): Promise<string> => {
    controller.abort(new Error("gone"));
    return new Promise(() => {});
  };
  await assert.rejects(flight.run("a", work, controller.signal), /gone/);
  assert.equal(flight.status().running, 0);
});
