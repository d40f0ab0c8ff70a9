import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config.ts";
import { REDIS_PROGRAM, TestRedis } from "../lib/cache/_redis.ts";
import { DENOKV_PROGRAM, TestDenokv } from "../support/denokv.ts";

const read = (path: string): Promise<string> =>
  Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

const compose = await read("deploy/compose.yaml");
const dockerfile = await read("deploy/Dockerfile");

/** What `docker compose` makes of variables that are set to a token, or not at all. */
const filled = compose
  .replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1")
  .replaceAll(/\$\{\w+(?::\?[^}]*)?\}/g, "sixteen-letters-or-more");

/** The lines of one service. */
function service(name: string): string {
  const block = new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, "m").exec(filled)?.[1];
  assert(block, `there is a service ${name}`);
  return block;
}

function commandOf(name: string): string[] {
  const list = /^ {4}command: (\[[^\]]*\])/m.exec(service(name))?.[1] ?? "";
  return JSON.parse(list.replace(/,\s*\]$/, "]"));
}

function environment(): Map<string, string> {
  const block = /^ {2}environment:\n((?: {4}.*\n)+)/m.exec(filled)?.[1] ?? "";
  return new Map(
    [...block.matchAll(/^ {4}(\w+): (.+)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

Deno.test("the settings in compose.yaml are settings, and name services that are there", () => {
  const values = environment();
  const config = loadConfig((name) => values.get(name));
  for (const [name, value] of values) {
    if (name === "DENO_KV_ACCESS_TOKEN") continue; // read by Deno itself
    assert.equal(String(config[name as keyof typeof config]), value, name);
  }
  const hosts = [config.KV_URL, config.REDIS_URL].map((url) => new URL(url ?? "").hostname);
  for (const host of hosts) assert(service(host));
});

Deno.test({
  name: "denokv takes its command line in compose.yaml, and the services' token and port",
  ignore: DENOKV_PROGRAM === null,
  fn: async () => {
    const values = environment();
    const token = values.get("DENO_KV_ACCESS_TOKEN") ?? "";
    await using store = await TestDenokv.start({ words: commandOf("denokv") });
    using kv = await openWithToken(store.url, token);
    await kv.set(["a"], 1);
    assert.equal((await kv.get(["a"])).value, 1);
    const help = await new Deno.Command(DENOKV_PROGRAM ?? "", { args: ["serve", "--help"] })
      .output();
    const port = /default: 0\.0\.0\.0:(\d+)/.exec(new TextDecoder().decode(help.stdout))?.[1];
    assert.equal(new URL(values.get("KV_URL") ?? "").port, port);
  },
});

async function openWithToken(url: string, token: string): Promise<Deno.Kv> {
  Deno.env.set("DENO_KV_ACCESS_TOKEN", token);
  return await Deno.openKv(url);
}

Deno.test({
  name: "Redis takes Valkey's command line in compose.yaml: bounded, forgetting, not on disk",
  ignore: REDIS_PROGRAM === null,
  fn: async () => {
    const [program, ...settings] = commandOf("valkey");
    assert.equal(program, "valkey-server");
    await using redis = await TestRedis.start(...settings);
    assert.match(await redis.send("CONFIG GET maxmemory"), /\r\n536870912\r\n/);
    assert.match(await redis.send("CONFIG GET maxmemory-policy"), /\r\nallkeys-lru\r\n/);
  },
});

Deno.test("the caches' configurations name the instances, their port and the network", async () => {
  const port = /^EXPOSE (\d+)$/m.exec(dockerfile)?.[1];
  const vcl = await read("deploy/varnish/default.vcl");
  const backends = [...vcl.matchAll(/\.host = "([\w-]+)";\s+\.port = "(\d+)"/g)];
  const instances = [...filled.matchAll(/^ {2}([\w-]+): \*pastiche$/gm)].map(([, name]) => name);
  assert.deepEqual(backends.map(([, host]) => host), instances);
  assert(backends.every((backend) => backend[2] === port));
  const nginx = await read("deploy/nginx/nginx.conf");
  const servers = [...nginx.matchAll(/server ([\w-]+):(\d+) /g)];
  assert.deepEqual(servers.map(([, host]) => host), instances);
  assert(servers.every((server) => server[2] === port));

  const [, subnet, gateway] = /subnet: ([\d.]+)\/24, gateway: ([\d.]+)/.exec(compose) ?? [];
  assert(vcl.includes(`"${subnet}"/24;`) && vcl.includes(`! "${gateway}";`));
  const mounted = /"\.\/(\S+):\/etc\/varnish\/default\.vcl:ro"/.exec(service("varnish"))?.[1];
  assert.equal(await read(`deploy/${mounted}`), vcl);
});

Deno.test("versions of programs are the same wherever they are named", async () => {
  const ci = await read(".ci/run");
  const deno = /deno@([\d.]+)/.exec(ci)?.[1];
  assert.match(dockerfile, new RegExp(`^FROM denoland/deno:debian-${deno}$`, "m"));
  assert((await read("README.md")).includes(`npx -y deno@${deno} task start`));
  const denokv = /^denokv_version=(\S+)$/m.exec(ci)?.[1];
  assert.match(service("denokv"), new RegExp(`image: ghcr.io/denoland/denokv:${denokv}$`, "m"));
  assert((await read("docs/deployment.md")).includes(`denokv --version ${denokv} `));
});
