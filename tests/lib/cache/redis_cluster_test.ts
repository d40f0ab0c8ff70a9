import assert from "node:assert/strict";
import { fleetSingleFlight, redisCache, RedisLease, RedisLink } from "../../../lib/cache/mod.ts";
import { freePort } from "../../support/ports.ts";
import { liveEntry } from "./_entries.ts";
import { PATIENT, REDIS_PROGRAM, TestRedis, until } from "./_redis.ts";

const ignore = REDIS_PROGRAM === null;
const SLOTS = ["0 5460", "5461 10922", "10923 16383"];

/** A cluster of three masters on this machine. */
class TestCluster implements AsyncDisposable {
  readonly nodes: TestRedis[] = [];

  static async start(): Promise<TestCluster> {
    const cluster = new TestCluster();
    const buses = SLOTS.map(freePort);
    for (const bus of buses) {
      const settings = ["--cluster-enabled", "yes", "--cluster-port", `${bus}`];
      cluster.nodes.push(await TestRedis.start(...settings));
    }
    for (const [i, node] of cluster.nodes.entries()) {
      await node.send(`CLUSTER ADDSLOTSRANGE ${SLOTS[i]}`);
      const next = (i + 1) % SLOTS.length;
      await node.send(`CLUSTER MEET 127.0.0.1 ${cluster.nodes[next]?.port} ${buses[next]}`);
    }
    const isReady = async (node: TestRedis): Promise<boolean> => {
      const info = await node.send("CLUSTER INFO");
      return /cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info);
    };
    await until("the cluster works", async () => {
      return (await Promise.all(cluster.nodes.map(isReady))).every(Boolean);
    });
    return cluster;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) await node[Symbol.asyncDispose]();
  }
}

Deno.test({ name: "a cluster keeps, purges and leases as one server does", ignore }, async () => {
  await using cluster = await TestCluster.start();
  const hosts = cluster.nodes.slice(0, 2).map((node) => `127.0.0.1:${node.port}`).join(",");
  const links = [0, 1].map(() =>
    new RedisLink({ url: `redis-cluster://${hosts}`, beat: 100, ...PATIENT })
  );
  const caches = links.map((link) => redisCache(link));
  const [a, b] = caches;
  assert.ok(a && b);
  for (const cache of caches) await cache.get("");
  const keys = Array.from({ length: 12 }, (_, i) => `key-${i}`);
  for (const key of keys) await a.put(key, liveEntry({ tags: [key] }));
  for (const key of keys) assert.ok(await b.get(key), key);
  for (const node of cluster.nodes) assert.notEqual(await node.send("DBSIZE"), ":0\r\n");

  await b.purge({ tag: "key-3" });
  assert.equal(await a.get("key-3"), undefined);
  assert.ok(await a.get("key-4"));

  let runs = 0;
  const flights = links.map((link, i) =>
    fleetSingleFlight({
      lease: new RedisLease(link),
      read: async (key) => await caches[i]?.get(key),
    })
  );
  const work = async () => {
    runs++;
    const entry = liveEntry();
    await a.put("cat", entry);
    return entry;
  };
  const { signal } = new AbortController();
  await Promise.all(flights.map((flight) => flight.run("cat", work, signal)));
  assert.equal(runs, 1);

  await cluster.nodes[2]?.kill();
  for (const key of keys) await b.get(key);
  await until("the loss is noticed", async () => {
    await b.get("key-0");
    return !b.status().ok;
  });
  await cluster.nodes[2]?.restart();
  await until("the cluster works again", async () => {
    for (const key of keys) await a.put(key, liveEntry());
    return (await Promise.all(keys.map((key) => b.get(key)))).every((entry) => entry);
  });
  assert.ok(b.status().ok);
  for (const cache of caches) await cache.close();
  for (const link of links) await link.close();
});
