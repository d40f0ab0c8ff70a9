import assert from "node:assert/strict";
import { freePort } from "../support/ports.ts";
import { startService } from "../support/service.ts";

const HALF = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n");

/** Opens connections, half of them with half a request; those that are refused are left out. */
async function openMany(port: number, count: number): Promise<Deno.TcpConn[]> {
  const open: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) {
    try {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      open.push(connection);
      if (i % 2 === 0) await connection.write(HALF);
    } catch {
      // refused or reset
    }
  }
  return open;
}

Deno.test("more connections than the process may have end neither it nor what is under way", async () => {
  const port = freePort();
  const env = { PORT: String(port), COMPUTE_WORKERS: "1" };
  await using service = await startService(env, { descriptors: 200 });
  const painting = fetch(`${service.origin}/v1/stylize?url=/sample.jpg&style=mosaic&w=1000`);
  const connections = await openMany(port, 300);
  try {
    const picture = await painting;
    assert.equal(picture.status, 200);
    await picture.bytes();
    assert.match(service.errors(), /took no more connections.*Too many open files/);
    // Connections that stay open for nothing make room.
    const health = await untilAnswers(`${service.origin}/healthz`);
    assert.equal(health.status, 200);
    await health.body?.cancel();
  } finally {
    for (const connection of connections) connection.close();
  }
  assert.equal(await service.stop(), 0);
});

async function untilAnswers(url: string): Promise<Response> {
  for (let tries = 0;; tries++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
