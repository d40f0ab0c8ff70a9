import assert from "node:assert/strict";
import { findProgram } from "../support/programs.ts";
import { startService } from "../support/service.ts";

const TOKEN = "a-token-for-tests-only";
const ENV = { ADMIN_TOKEN: TOKEN, LOG_LEVEL: "error", DEADLINE_MS: "60000" };

const schemathesis = findProgram("schemathesis");
const httplint = findProgram("httplint");

Deno.test({
  name: "the service keeps what /openapi.json promises (Schemathesis)",
  ignore: schemathesis === null,
  fn: async () => {
    // Whatever size is asked for, little is painted.
    await using service = await startService({ ...ENV, MAX_SIDE: "32", MAX_PLAIN_SIDE: "32" });
    const folder = await Deno.makeTempDir();
    const settings = new URL("schemathesis.toml", import.meta.url).pathname;
    const { success, stdout } = await new Deno.Command(schemathesis ?? "", {
      args: [
        `--config-file=${settings}`,
        "run",
        `${service.origin}/openapi.json`,
        `--url=${service.origin}`,
        "--phases=examples,coverage,fuzzing",
        "--max-examples=5",
        "--request-timeout=60",
        "--generation-database=none",
        "--seed=1",
        "--no-color",
      ],
      stderr: "null",
      cwd: folder,
    }).output();
    await Deno.remove(folder, { recursive: true });
    assert(success, new TextDecoder().decode(stdout));
    assert.doesNotMatch(service.errors(), /"level":"error"/);
  },
});

/** One of each kind of response. */
const RESPONSES: readonly (readonly [path: string, init?: RequestInit])[] = [
  ["/v1/stylize?url=/sample.jpg&style=mosaic&w=32"],
  ["/v1/stylize?url=/sample.jpg&style=mosaic&w=32&fm=png&download=1&filename=Bild%20%C3%A4"],
  ["/v1/stylize?url=/sample.jpg&style=mosaic&w=32", { headers: { "if-none-match": "*" } }],
  ["/v1/stylize?url=/sample.jpg&style=nobody"],
  ["/v1/stylize?url=/sample.jpg&style=mosaic&w=0"],
  ["/v1/stylize", { method: "DELETE" }],
  ["/v1/sheet?url=/sample.jpg&styles=mosaic,woodcut&w=32"],
  ["/v1/info?url=/sample.jpg"],
  ["/v1/styles"],
  ["/v1/styles/mosaic"],
  ["/v1/styles/mosaic/image?w=32"],
  ["/v1/purge", { method: "POST", body: "{}" }],
  [
    "/v1/purge",
    { method: "POST", body: '{"all":true}', headers: { authorization: `Bearer ${TOKEN}` } },
  ],
  ["/"],
  ["/docs"],
  ["/docs/problems"],
  ["/openapi.json"],
  ["/healthz"],
  ["/readyz"],
  ["/metrics"],
  ["/sample.jpg"],
];

Deno.test({
  name: "httplint finds no error in any kind of response",
  ignore: httplint === null,
  fn: async () => {
    await using service = await startService(ENV);
    for (const [path, init] of RESPONSES) {
      const response = await fetch(service.origin + path, init);
      const report = await lint(response);
      assert.match(report, /^### /m, `${path}: ${report}`);
      const errors = report.split("\n").filter((line) => line.includes("[BAD]"));
      assert.deepEqual(errors, [], `${init?.method ?? "GET"} ${path}`);
    }
  },
});

async function lint(response: Response): Promise<string> {
  const { headers, status, statusText } = response;
  const lines = [`HTTP/1.1 ${status} ${statusText}`, ...[...headers].map((one) => one.join(": "))];
  const child = new Deno.Command(httplint ?? "", {
    args: ["--now"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  await writer.write(await response.bytes());
  await writer.close();
  const { stdout, stderr } = await child.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}
