import assert from "node:assert/strict";
import { createTestApp, TOKEN } from "../fakes/services.ts";

const PATH = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic";

Deno.test("one client's requests are bounded where a rate is set", async () => {
  await using app = await createTestApp({ env: { RATE_LIMIT: "2" } });
  const first = await app.request(PATH);
  assert.match(first.headers.get("ratelimit") ?? "", /"client";r=1;t=\d+/);
  await app.request(PATH);
  const third = await app.request(PATH);
  assert.equal(third.status, 429);
  assert(Number(third.headers.get("retry-after")) > 0);
  for (
    const path of [
      "/v1/info?url=/sample.jpg",
      "/v1/sheet?url=/sample.jpg&styles=mosaic",
      "/v1/styles/mosaic/image",
    ]
  ) {
    assert.equal((await app.request(path)).status, 429, path);
  }
  const headers = { authorization: `Bearer ${TOKEN}` };
  assert.equal((await app.request("/v1/styles", { headers })).status, 200);
});

Deno.test("a client that has used up its rate paints again after a minute", async () => {
  await using app = await createTestApp({ env: { RATE_LIMIT: "1" } });
  const realClock = performance.now;
  let now = 0;
  performance.now = () => now;
  try {
    for (const [seconds, status] of [[5, 200], [5.1, 429], [64, 429], [66, 200], [67, 429]]) {
      now = 1000 * (seconds ?? 0);
      assert.equal((await app.request(PATH)).status, status, `after ${seconds} s`);
    }
  } finally {
    performance.now = realClock;
  }
});

/** Whether the second address is refused when the first had its only picture of the minute. */
async function isOneClient(first: string, second: string, trust = "true"): Promise<boolean> {
  await using app = await createTestApp({ env: { RATE_LIMIT: "1", TRUST_PROXY: trust } });
  const ask = async (address: string): Promise<number> =>
    (await app.request(PATH, { headers: { "x-forwarded-for": address } })).status;
  assert.equal(await ask(first), 200);
  return await ask(second) === 429;
}

Deno.test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["203.0.113.9", "203.0.113.9:1234"],
  ["203.0.113.9", "::ffff:203.0.113.9"],
  ["203.0.113.9", "198.51.100.1, 203.0.113.9"],
  ["2001:db8:1:2::1", "2001:db8:1:2:ffff::5"],
  ["2001:db8:1:2::1", "[2001:0db8:1:2::7]:1234"],
  ["2001:db8:1:2::1", "[2001:DB8:1:2::7]"],
  ["unknown", "_hidden"],
])("the rate counts %s and %s as one client", async (first, second) => {
  assert(await isOneClient(first, second));
});

Deno.test.each([
  ["203.0.113.9", "203.0.113.10"],
  ["203.0.113.9", "203.0.113.9, 198.51.100.1"],
  ["2001:db8:1:2::1", "2001:db8:1:3::1"],
  ["203.0.113.9", "unknown"],
])("the rate counts %s and %s as two clients", async (first, second) => {
  assert(!await isOneClient(first, second));
});

Deno.test("the rate believes no X-Forwarded-For unless TRUST_PROXY says so", async () => {
  assert(await isOneClient("203.0.113.9", "203.0.113.10", "false"));
});
