import assert from "node:assert/strict";
import { DEFAULT_SOURCE_POLICY } from "../../../lib/source/mod.ts";
import { assertRefused, BODY, get, LOCAL, withServer } from "./_fetch.ts";

Deno.test("fetchImage() connects to the address that was checked, not to a second answer", async () => {
  await withServer(() => new Response(BODY), async (origin) => {
    let asked = 0;
    const resolver = (): Promise<{ address: string; family: number }[]> =>
      Promise.resolve([{ address: asked++ === 0 ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
    const url = `http://rebinding.example:${new URL(origin).port}/`;
    assert.deepEqual((await get(url, LOCAL, { resolver })).bytes, BODY);
    assert.equal(asked, 1);
  });
});

Deno.test("fetchImage() refuses a host that mixes public and private addresses", async () => {
  const addresses = [{ address: "8.8.8.8", family: 4 }, { address: "127.0.0.1", family: 4 }];
  const options = { resolver: () => Promise.resolve(addresses) };
  const attempt = get("http://mixed.example/", DEFAULT_SOURCE_POLICY, options);
  await assertRefused(attempt, "address_not_allowed", /mixed\.example is not on the public/);
});

Deno.test.each(
  [
    ["http://127.0.0.1/", "address_not_allowed"],
    ["http://localhost/", "address_not_allowed"],
    ["http://0x7f.1/", "address_not_allowed"],
    ["http://2130706433/", "address_not_allowed"],
    ["http://[::1]/", "address_not_allowed"],
    ["http://[::ffff:169.254.169.254]/", "address_not_allowed"],
    ["http://8.8.8.8:22/", "address_not_allowed"],
    ["http://nowhere.invalid/", "unreachable"],
    ["/relative.jpg", "invalid_url"],
    ["ftp://example.org/x", "invalid_url"],
    ["data:image/png;base64,AAAA", "invalid_url"],
    ["http://user:secret@example.org/", "invalid_url"],
    [`http://example.org/${"x".repeat(3000)}`, "invalid_url"],
  ] as const,
)("fetchImage(%s) is %s", async (url, code) => {
  await assertRefused(get(url, DEFAULT_SOURCE_POLICY), code);
});

Deno.test.each([
  ["img.example.org", true],
  ["a.b.pics.example", true],
  ["pics.example", false],
  ["example.org", false],
  ["evilimg.example.org", false],
  ["img.example.org.", true],
  ["a.pics.example.", true],
  ["example.org.", false],
])("the allow-list lets %s through: %s", async (host, allowed) => {
  const policy = { ...LOCAL, allowHosts: ["img.example.org", "*.pics.example"] };
  const refuse = (): Promise<never> => Promise.reject(new Error("resolved"));
  await assertRefused(
    get(`http://${host}/`, policy, { resolver: refuse }),
    allowed ? "unreachable" : "host_not_allowed",
  );
});

Deno.test.each([
  "http://img.example:8000/v1/stylize",
  "http://IMG.example/",
  "http://img.example./",
  "http://img.example.:80/",
  "http://own.example:8000/",
  "http://own.example.:8000/",
])("fetchImage() refuses the service's own host in %s", async (url) => {
  const policy = { ...LOCAL, ownHosts: ["own.example:8000", "img.example"] };
  await assertRefused(get(url, policy), "loop");
});
