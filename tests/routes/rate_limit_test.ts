import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";

const PATH = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic";

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
