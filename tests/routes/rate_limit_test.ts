import assert from "node:assert/strict";
import { createTestApp, PIXEL, TOKEN } from "../fakes/services.ts";

const PATH = "/v1/stylize?url=https://photos.example/cat.jpg&style=mosaic";

Deno.test("one client's requests are bounded where a rate is set", async () => {
  await using app = await createTestApp({ env: { RATE_LIMIT: "2" } });
  await app.request(PATH);
  await app.request(PATH);
  const third = await app.request(PATH);
  assert.equal(third.status, 429);
  assert.match(third.headers.get("ratelimit") ?? "", /"client";r=0;t=\d+/);
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

Deno.test("what a client has left is told only in answers that no shared cache keeps", async () => {
  await using app = await createTestApp({ env: { RATE_LIMIT: "9" } });
  const upload = { method: "POST", body: PIXEL };
  const asked: [string, RequestInit, number, string?][] = [
    [PATH, {}, 200],
    [`${PATH}&expires=${Math.ceil(Date.now() / 1000) + 60}`, {}, 200],
    [PATH.replace("mosaic", "nope"), {}, 404],
    [`${PATH}&w=x`, {}, 400, "5"],
    ["/v1/stylize?style=mosaic", upload, 200, "4"],
  ];
  for (const [path, init, status, left] of asked) {
    const { headers, status: answered } = await app.request(path, init);
    assert.equal(answered, status, path);
    assert.equal(/r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1], left, path);
    assert.equal(headers.has("ratelimit-policy"), left !== undefined, path);
  }
});

Deno.test("small pictures of the page do not count for the rate of a client", async () => {
  const presets = new Map([["card", { style: "mosaic" }]]);
  await using app = await createTestApp({ env: { RATE_LIMIT: "1" }, presets });
  const small = "/v1/stylize?url=/sample.jpg&w=200&style=mosaic";
  const shown = [small, "/v1/stylize?url=%2Fsample.jpg&preset=card", `${small}&expires=9999999999`];
  for (const path of [...shown, ...shown]) {
    assert.equal((await app.request(path)).status, 200, path);
  }
  const others = [
    small.replace("200", "201"),
    small.replace("/sample.jpg", "https://photos.example/cat.jpg"),
    `${small}:0.5,woodcut:0.5`,
    `${small}&alpha=0.5`,
    small.replace("stylize", "info"),
  ];
  assert.equal((await app.request(others[0] ?? "")).status, 200);
  for (const path of others) assert.equal((await app.request(path)).status, 429, path);
  assert.equal((await app.request(small, { method: "POST" })).status, 429);
  assert.equal((await app.request(small)).status, 200);
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
