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

Deno.test("TimeLimit.wait() takes an answer that came while this thread was busy", async () => {
  const limit = new TimeLimit(20);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const server = await listener.accept();
  const answer = limit.wait(client.read(new Uint8Array(1)));
  await server.write(Uint8Array.of(1));
  for (const end = performance.now() + 60; performance.now() < end;);
  assert.equal(await answer, 1);
  for (const one of [client, server, listener]) one.close();
  limit.stop();
});
