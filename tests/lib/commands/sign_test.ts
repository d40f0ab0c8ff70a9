import assert from "node:assert/strict";
import { sign } from "../../../lib/commands/sign.ts";
import { parseKeys, verify } from "../../../lib/signing/mod.ts";

const HEX = "0f".repeat(32);
const OTHER = "a5".repeat(16);
const NOW = 1_800_000_000.5;
const PATH = "/v1/stylize?url=https://example.com/cat.jpg&style=mosaic";
const ROOT = new URL("../../../", import.meta.url);

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], env?: string): Promise<Outcome> {
  const texts = { out: "", err: "" };
  const stream = (name: "out" | "err") => ({
    isTerminal: () => false,
    writeSync: (bytes: Uint8Array) => {
      texts[name] += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  const code = await sign(args, {
    stdout: stream("out"),
    stderr: stream("err"),
    get: (name) => name === "SIGNING_KEYS" ? env : undefined,
    now: NOW,
  });
  return { code, ...texts };
}

async function verdict(url: string, now = NOW): Promise<string> {
  const { pathname, search } = new URL(url.trim(), "https://img.example.org");
  return await verify(pathname + search, parseKeys(`k1:${HEX},k2:${OTHER}`), now);
}

Deno.test("sign() prints a path that the service accepts", async () => {
  const { code, out, err } = await run(["--key", `k1:${HEX}`, PATH]);
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.match(out, /^\/v1\/stylize\?kid=k1&style=mosaic&url=[^\n]*&sig=[\w-]{43}\n$/);
  assert.equal(await verdict(out, 1e10), "ok");
});

Deno.test("sign() puts the base before the path", async () => {
  const { out } = await run(["--key", `k1:${HEX}`, "--base", "https://img.example.org/", PATH]);
  assert.match(out, /^https:\/\/img\.example\.org\/v1\/stylize\?/);
  assert.equal(await verdict(out), "ok");
});

Deno.test("sign() signs what the service sees behind a proxy that takes a folder off", async () => {
  const base = "https://img.example.org/sub/";
  const { out } = await run(["--key", `k1:${HEX}`, "--base", base, PATH]);
  assert.match(out, /^https:\/\/img\.example\.org\/sub\/v1\/stylize\?/);
  assert.equal(await verdict(out.replace("/sub/", "/")), "ok");
});

const EXPIRIES: readonly (readonly [string, number])[] = [
  ["30s", 1_800_000_030],
  ["15m", 1_800_000_900],
  ["1h", 1_800_003_600],
  ["7d", 1_800_604_800],
  ["1800000001", 1_800_000_001],
];

Deno.test.each(EXPIRIES)("sign() --expires %s ends at %d", async (text, end) => {
  const { out } = await run(["--key", `k1:${HEX}`, "--expires", text, PATH]);
  assert.match(out, new RegExp(`expires=${end}&`));
  assert.equal(await verdict(out, end - 1), "ok");
  assert.equal(await verdict(out, end), "expired");
});

Deno.test("sign() takes the keys of the environment: the first, or the one of --kid", async () => {
  const env = ` k2:${OTHER},k1:${HEX} `;
  const first = await run([PATH], env);
  const named = await run([PATH, "--kid", "k1"], env);
  const given = await run([PATH, "--key", `k1:${HEX}`], env);
  assert.match(first.out, /kid=k2&/);
  assert.match(named.out, /kid=k1&/);
  assert.equal(given.out, named.out);
  for (const { out } of [first, named]) assert.equal(await verdict(out), "ok");
});

Deno.test("sign() --new-key prints a fresh key that parseKeys() reads", async () => {
  const [one, two, named] = await Promise.all([
    run(["--new-key"]),
    run(["--new-key"]),
    run(["--new-key", "--kid", "mine"]),
  ]);
  assert.match(one.out, /^k20270115:[0-9a-f]{64}\n$/);
  assert.notEqual(one.out, two.out);
  assert.deepEqual([...parseKeys(named.out).keys()], ["mine"]);
});

Deno.test("sign() --help tells the options", async () => {
  const { code, out } = await run(["--help"]);
  assert.equal(code, 0);
  for (const option of ["--key", "--kid", "--expires", "--base", "--new-key", "SIGNING_KEYS"]) {
    assert.ok(out.includes(option), option);
  }
});

const KEY = ["--key", `k1:${HEX}`];

const INVALID: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /One URL is needed.*received 0/],
  [[...KEY, PATH, "style=mosaic"], /One URL is needed.*received 2/],
  [[PATH], /A key is needed.*SIGNING_KEYS/],
  [["--key", "", PATH], /A key is needed/],
  [["--key", HEX, PATH], /colon of kid:hexkey is missing/],
  [["--key", "k1:0f0f", PATH], /k1.*2 bytes: at least 16/],
  [["--key", "k1:secret", PATH], /k1.*not hexadecimal/],
  [["--key", `k1:${HEX},k1:${OTHER}`, PATH], /k1 is there twice/],
  [[...KEY, "--kid", "k9", PATH], /no key "k9": there are k1/],
  [[...KEY, "--expires", "soon", PATH], /--expires soon.*1h/],
  [[...KEY, "--expires", "1w", PATH], /--expires 1w/],
  [[...KEY, "--expires", "3600", PATH], /that time is past/],
  [[...KEY, "--expires", "0s", PATH], /that time is past/],
  [[...KEY, "--expires", "1800000000000", PATH], /--expires 1800000000000/],
  [[...KEY, "--expires", "99999999999d", PATH], /time of expiry/],
  [[...KEY, "--base", "img.example.org", PATH], /--base img\.example\.org.*http\(s\)/],
  [[...KEY, "--base", "https://img.example.org?x=1", PATH], /--base.*without query/],
  [[...KEY, "--base", "https://img.example.org", "v1/info"], /starts with "\/"/],
  [[...KEY, "v1/info"], /starts with "\/"/],
  [["--new-key", "--kid", "a b"], /name must be/],
  [[...KEY, "--expires", "1h", "--expires", "1d", PATH], /--expires twice: give it once/],
  [["--unknown"], /--unknown/],
  [[PATH, "--key"], /--key/],
];

Deno.test.each(INVALID)("sign() refuses %j", async (args, pattern) => {
  const { code, out, err } = await run(args);
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /^error: [^\n]*\n$/);
  assert.match(err, pattern);
  assert.ok(!err.includes(HEX), "the message shows the key");
});

Deno.test("deno task sign signs with the environment's key, and exits with 1 without one", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const [, ...command] = String(tasks.sign.command).split(" ");
  const start = async (env: Record<string, string>) =>
    await new Deno.Command(Deno.execPath(), {
      args: [...command, PATH],
      cwd: ROOT,
      env: { SIGNING_KEYS: "", NO_COLOR: "1", ...env },
    }).output();
  const [good, bad] = await Promise.all([start({ SIGNING_KEYS: `k1:${HEX}` }), start({})]);
  assert.equal(good.code, 0, new TextDecoder().decode(good.stderr));
  assert.equal(await verdict(new TextDecoder().decode(good.stdout)), "ok");
  assert.equal(bad.code, 1);
  assert.match(new TextDecoder().decode(bad.stderr), /error: A key is needed/);
});
