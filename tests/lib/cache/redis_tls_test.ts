import assert from "node:assert/strict";
import { redisCache, RedisLink } from "../../../lib/cache/mod.ts";
import { freePort } from "../../support/ports.ts";
import { certify, OPENSSL_PROGRAM } from "../../support/certificate.ts";
import { liveEntry, recordingLog } from "./_entries.ts";
import { PATIENT, REDIS_PROGRAM, TestRedis } from "./_redis.ts";

const ignore = REDIS_PROGRAM === null || OPENSSL_PROGRAM === null;

Deno.test({ name: "rediss:// speaks TLS and trusts only what it is told to", ignore }, async () => {
  const folder = await Deno.makeTempDir({ prefix: "tls" });
  try {
    const ca = await certify(folder);
    const port = freePort();
    await using _server = await TestRedis.start(
      ...["--tls-port", `${port}`, "--tls-auth-clients", "no"],
      ...["--tls-cert-file", `${folder}/cert.pem`, "--tls-key-file", `${folder}/key.pem`],
    );
    const url = `rediss://localhost:${port}`;
    const trusting = new RedisLink({ url, ca, ...PATIENT });
    const cache = redisCache(trusting);
    await cache.get("");
    await cache.put("cat", liveEntry());
    assert.ok(await cache.get("cat"));
    await cache.close();
    await trusting.close();

    const { lines, log } = recordingLog();
    const wary = new RedisLink({ url, log, ...PATIENT });
    const closed = redisCache(wary);
    await closed.put("cat", liveEntry());
    assert.equal(await closed.get("cat"), undefined);
    assert.equal(lines.length, 1, lines.join("\n"));
    await closed.close();
    await wary.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
