import assert from "node:assert/strict";
import { ConfigError, loadConfig } from "../../lib/config.ts";

const load = (values: Record<string, string>): ReturnType<typeof loadConfig> =>
  loadConfig((name) => values[name]);

Deno.test("loadConfig() has defaults for everything", () => {
  const config = load({});
  assert.equal(config.PORT, 8000);
  assert.equal(config.MODEL, "fast");
  assert.equal(config.KV_URL, "data/pastiche.kv");
  assert.deepEqual(config.SOURCE_ALLOW, []);
  assert.equal(config.ADMIN_TOKEN, undefined);
  assert(Object.isFrozen(config));
});

Deno.test("loadConfig() takes an empty text for absent", () => {
  assert.equal(load({ PORT: " ", ADMIN_TOKEN: "" }).PORT, 8000);
});

Deno.test("loadConfig() reads numbers and lists", () => {
  const config = load({
    PORT: "9000",
    SOURCE_ALLOW: "a.example, *.b.example,",
    SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8, ::1",
    THREADS: "4",
  });
  assert.deepEqual(config.SOURCE_ALLOW_ADDRESSES, ["127.0.0.0/8", "::1"]);
  assert.equal(config.PORT, 9000);
  assert.equal(config.THREADS, 4);
  assert.deepEqual(config.SOURCE_ALLOW, ["a.example", "*.b.example"]);
});

Deno.test("loadConfig() reads an origin, however it is spelled", () => {
  for (const text of ["https://img.example.org", "HTTPS://Img.Example.org:443/"]) {
    assert.equal(load({ PUBLIC_URL: text }).PUBLIC_URL, "https://img.example.org");
  }
  const text = /PUBLIC_URL: must be an origin such as https:/;
  assert.throws(() => load({ PUBLIC_URL: "img.example.org" }), text);
});

Deno.test("loadConfig() reports every wrong variable at once", () => {
  assert.throws(() => load({ PORT: "http", PROVIDER: "cuda", ADMIN_TOKEN: "short" }), (error) => {
    assert(error instanceof ConfigError);
    for (const name of ["PORT", "PROVIDER", "ADMIN_TOKEN"]) {
      assert.match(error.message, new RegExp(`^  ${name}: `, "m"));
    }
    return true;
  });
});

Deno.test.each([
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["PORT", "1.5"],
  ["COMPUTE_WORKERS", "two"],
  ["THREADS", "0"],
  ["PUBLIC_URL", "example.org"],
  ["PUBLIC_URL", "ftp://example.org"],
  ["PUBLIC_URL", "https://example.org/?a"],
  ["PUBLIC_URL", "https://example.org/?"],
  ["PUBLIC_URL", "https://example.org/#"],
  ["PUBLIC_URL", "https://example.org/images/"],
  ["PUBLIC_URL", "https://me@example.org"],
  ["SOURCE_ALLOW", ","],
  ["SOURCE_ALLOW_ADDRESSES", " , "],
  ["SOURCE_ALLOW_ADDRESSES", "10.0.0.0/8, localhost"],
  ["SOURCE_ALLOW_ADDRESSES", "10.0.0.0/33"],
  ["MODEL", "../secret"],
  ["LOG_LEVEL", "loud"],
  ["MAX_SIDE", "16384"],
  ["MAX_PLAIN_SIDE", "16384"],
])("loadConfig() refuses %s=%s", (name, value) => {
  assert.throws(() => load({ [name]: value }), ConfigError);
});
