import { REDIS_PROGRAM, TestRedis } from "../lib/cache/_redis.ts";
import { certify, OPENSSL_PROGRAM } from "../support/certificate.ts";
import { eventually, startFleet } from "../support/fleet.ts";
import { allAre, ENV, shares } from "../support/painting.ts";
import { Photos } from "../support/photos.ts";
import { freePort } from "../support/ports.ts";

Deno.test({
  name: "a fleet shares pictures over TLS, with a password and a certificate of its own",
  ignore: REDIS_PROGRAM === null || OPENSSL_PROGRAM === null,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "tls" });
    await certify(folder);
    const port = freePort();
    const files = ["--tls-cert-file", `${folder}/cert.pem`, "--tls-key-file", `${folder}/key.pem`];
    const tls = ["--tls-port", `${port}`, "--tls-auth-clients", "no", ...files];
    await using _redis = await TestRedis.start(...tls, "--requirepass", "s3cret");
    await using photos = await Photos.start();
    const env = { ...ENV, REDIS_URL: `rediss://:s3cret@localhost:${port}` };
    await using fleet = await startFleet(2, { ...env, DENO_CERT: `${folder}/ca.pem` });
    await allAre(fleet.services, "ready");
    let width = 80;
    await eventually("pictures are shared", () => shares(fleet.services, photos.url, width += 10));
    await using wary = await startFleet(1, env);
    await allAre(wary.services, "degraded");
    await eventually("the certificate is refused", async () => {
      const { cache } = await (await fetch(`${wary.services[0]?.origin}/readyz`)).json();
      return /^Redis: .*certificate/i.test(cache.detail);
    });
    await Deno.remove(folder, { recursive: true });
  },
});
