import assert from "node:assert/strict";
import { encode } from "../../lib/image/mod.ts";
import { DataFolder } from "../support/data_folder.ts";
import { drawPicture } from "../support/pictures.ts";
import { findProgram } from "../support/programs.ts";
import { startService } from "../support/service.ts";
import { ask, askPicture, type Edge, pictureTarget, runCases } from "./cases.ts";
import { CountingOrigin } from "./origin.ts";
import { startProgram, until, untilAnswers } from "./programs.ts";

const VARNISHD = findProgram("varnishd");
const VARNISHADM = findProgram("varnishadm");
const VCL = new URL("../../deploy/varnish/default.vcl", import.meta.url);
const TOKEN = "a-token-for-tests-only";

/** Presets of the service. */
const PRESETS = { card: { style: "none", w: "85" }, cards: { style: "none", w: "86" } };

/** A Varnish before two origins. */
interface Varnish extends Edge, AsyncDisposable {
  /** Port for connections that say in a PROXY header where they come from. */
  readonly proxyPort: number;
  /** Asks varnishadm. */
  admin(...args: string[]): Promise<string>;
}

async function startVarnish(origin: CountingOrigin): Promise<Varnish> {
  const folder = await Deno.makeTempDir();
  const [one, two] = origin.ports;
  const vcl = (await Deno.readTextFile(VCL))
    .replace(/"pastiche-1";\s+\.port = "8000"/, `"127.0.0.1"; .port = "${one}"`)
    .replace(/"pastiche-2";\s+\.port = "8000"/, `"127.0.0.1"; .port = "${two}"`);
  await Deno.writeTextFile(`${folder}/test.vcl`, vcl);
  const listen = ["-a", "http=127.0.0.1:0", "-a", "proxy=127.0.0.1:0,PROXY"];
  const store = ["-s", "malloc,32m", "-j", "none"];
  const program = startProgram(VARNISHD ?? "", {
    args: ["-F", "-n", folder, "-f", `${folder}/test.vcl`, ...listen, ...store],
  });
  const admin = async (...args: string[]): Promise<string> => {
    const command = new Deno.Command(VARNISHADM ?? "", { args: ["-n", folder, ...args] });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr) + program.errors());
    return new TextDecoder().decode(stdout);
  };
  const addresses = await until(() => admin("debug.listen_address"), "varnishd listens");
  const port = (name: string): number =>
    Number(new RegExp(`^${name} 127\\.0\\.0\\.1 (\\d+)`, "m").exec(addresses)?.[1]);
  const url = `http://127.0.0.1:${port("http")}`;
  await untilAnswers(`${url}/healthz`, program);
  return {
    url,
    origin,
    proxyPort: port("proxy"),
    admin,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function purge(edge: Edge, target: string, tags?: string): Promise<Response> {
  const headers: Record<string, string> = tags === undefined ? {} : { "cache-tag": tags };
  const response = await fetch(edge.url + target, { method: "PURGE", headers });
  await response.body?.cancel();
  return response;
}

async function purgeByTag(edge: Edge): Promise<void> {
  const picture = await encode(drawPicture(90, 90, 3), { format: "png" });
  const put = await ask(edge, "/v1/styles/mosaic-two?title=Two", {
    method: "PUT",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: picture,
  });
  assert.equal(put.status, 201);
  const styles = ["mosaic", "mosaic:1,quilt:2", "quilt:2,mosaic:1", "quilt", "mosaic-two", "none"];
  const targets = styles.map((style) => pictureTarget(80, `style=${style}`));
  const counts = (): number[] => targets.map((target) => edge.origin.count(target));
  const askAll = async (): Promise<void> => {
    for (const target of targets) await askPicture(edge, target);
  };
  await askAll();
  await askAll();
  assert.deepEqual(counts(), [1, 1, 1, 1, 1, 1]);
  assert.equal((await purge(edge, "/", "style-mosaic")).status, 200);
  await askAll();
  assert.deepEqual(counts(), [2, 2, 2, 1, 1, 1]);
  await purge(edge, "/", "style-mosaic-two, style-quilt");
  await askAll();
  assert.deepEqual(counts(), [2, 3, 3, 2, 2, 1]);
  await purge(edge, "/", "style-mos");
  await askAll();
  assert.deepEqual(counts(), [2, 3, 3, 2, 2, 1]);
  await purge(edge, targets[5] ?? "");
  await askAll();
  assert.deepEqual(counts(), [2, 3, 3, 2, 2, 2]);
}

/** What the service forgets, the cache in front forgets by the tag that the service's answer names. */
async function purgeByAnswer(edge: Edge): Promise<void> {
  const targets = [pictureTarget(87), pictureTarget(87).replace("stylize", "info")];
  const others = [pictureTarget(87, "style=quilt"), "/openapi.json"];
  const counts = (): number[] => [...targets, ...others].map((target) => edge.origin.count(target));
  const askAll = async (): Promise<void> => {
    for (const target of [...targets, ...others]) {
      assert.equal((await ask(edge, target)).status, 200);
    }
  };
  await askAll();
  let before = counts();
  for (const [what, again] of [[{ style: "mosaic" }, 2], [{ url: "/sample.jpg" }, 3]] as const) {
    const { body } = await ask(edge, "/v1/purge", {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(what),
    });
    await purge(edge, "/", JSON.parse(new TextDecoder().decode(body)).tag);
    await askAll();
    before = before.map((count, k) => k < again ? count + 1 : count);
    assert.deepEqual(counts(), before);
  }
}

/** As docs/deployment.md says. */
async function ban(edge: Varnish): Promise<void> {
  const targets = ["card", "cards"].map((name) => `/v1/stylize?preset=${name}&url=/sample.jpg`);
  const counts = (): number[] => targets.map((target) => edge.origin.count(target));
  const askAll = async (): Promise<void> => {
    for (const target of targets) await askPicture(edge, target);
  };
  await askAll();
  await askAll();
  assert.deepEqual(counts(), [1, 1]);
  await edge.admin("ban", "req.url ~ [?&]preset=card(&|$)");
  await askAll();
  assert.deepEqual(counts(), [2, 1]);
  await edge.admin("ban", "obj.status != 0");
  await askAll();
  assert.deepEqual(counts(), [3, 2]);
}

/** Asks for a purge as a client with another address, as a load balancer would hand it over. */
async function purgeAs(address: string, port: number): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `PROXY TCP4 ${address} 127.0.0.1 5555 80\r\n` +
    "PURGE / HTTP/1.1\r\nHost: localhost\r\nCache-Tag: style-quilt\r\nConnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  return (await new Response(connection.readable).text()).split("\r\n")[0] ?? "";
}

async function purgeByStrangers(edge: Varnish): Promise<void> {
  const target = pictureTarget(81, "style=quilt");
  await askPicture(edge, target);
  for (const address of ["203.0.113.9", "172.28.0.1", "172.28.1.7"]) {
    assert.match(await purgeAs(address, edge.proxyPort), / 403 /, address);
  }
  await askPicture(edge, target);
  assert.equal(edge.origin.count(target), 1);
  assert.match(await purgeAs("172.28.0.5", edge.proxyPort), / 200 /);
  await askPicture(edge, target);
  assert.equal(edge.origin.count(target), 2);
}

async function sortedQuery(edge: Edge): Promise<void> {
  const before = edge.origin.seen.length;
  await askPicture(edge, "/v1/stylize?w=82&url=/sample.jpg&style=mosaic");
  await askPicture(edge, "/v1/stylize?style=mosaic&w=82&url=/sample.jpg");
  assert.equal(edge.origin.seen.length, before + 1);
}

async function masksInOrder(edge: Edge): Promise<void> {
  const before = edge.origin.seen.length;
  const base = "/v1/stylize?w=84&url=/sample.jpg&style=mosaic:1,quilt:1";
  const targets = [`${base}&mask=/z.png&mask=/a.png`, `${base}&mask=/a.png&mask=/z.png`];
  for (const target of targets) await ask(edge, target);
  assert.deepEqual(edge.origin.seen.slice(before).map(({ target }) => target), targets);
}

/** Probes see the failure before a request does. */
async function sickService(edge: Varnish): Promise<void> {
  const { origin } = edge;
  origin.cacheControl = "public, max-age=1, stale-if-error=600";
  const target = pictureTarget(83);
  const fresh = await askPicture(edge, target);
  await origin.whileStopped([0, 1], async () => {
    const areSick = async (): Promise<true | null> => {
      const list = await edge.admin("backend.list");
      return ["one", "two"].every((name) => new RegExp(`boot\\.${name}\\s.*\\ssick`).test(list)) ||
        null;
    };
    await until(areSick, "the probes notice");
    assert.deepEqual((await askPicture(edge, target)).body, fresh.body);
  });
}

Deno.test({
  name: "Varnish before the service",
  ignore: VARNISHD === null || VARNISHADM === null,
  fn: async (t) => {
    await using folder = await DataFolder.make();
    const file = `${folder.path}/presets.json`;
    await Deno.writeTextFile(file, JSON.stringify(PRESETS));
    const env = { COMPUTE_WORKERS: "1", ADMIN_TOKEN: TOKEN, PRESETS_FILE: file };
    await using service = await startService(env);
    await using origin = new CountingOrigin(service.origin);
    await using edge = await startVarnish(origin);
    await runCases(t, edge, [
      ["the order of parameters does not matter", sortedQuery],
      ["several masks keep their order", masksInOrder],
      ["a tag empties what carries it and nothing else", purgeByTag],
      ["what the service forgets can be emptied", purgeByAnswer],
      ["a preset and everything can be emptied", ban],
      ["strangers may not purge", purgeByStrangers],
      ["a stale picture is served while the service is sick", sickService],
    ]);
  },
});
