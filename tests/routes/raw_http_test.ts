import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";
import { askRaw } from "../support/raw_http.ts";

const PICTURE = "/v1/stylize?url=/sample.jpg&style=mosaic&fm=jpeg";

const PATHS = [PICTURE, "/v1/info?url=/sample.jpg", "/v1/styles/mosaic/image"];

function headOf(target: string, host = "localhost"): string {
  return `${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
}

Deno.test.each([["a b"], ["[::1"], ["xn--"], ["a:99999"], ["foo|bar"]])(
  "a request with Host: %s is a 400 and makes no line in the log",
  async (host) => {
    await using app = await createTestApp();
    for (const path of PATHS) {
      const answer = await askRaw(app.fetch, headOf(`GET ${path}`, host));
      assert.match(answer, /^HTTP\/1\.1 400 /, path);
      assert.match(answer, /"code":"invalid_host"/, path);
    }
    assert.deepEqual(app.lines.filter((line) => line.startsWith("error")), []);
  },
);

Deno.test("HEAD has GET's length or none", async () => {
  await using app = await createTestApp();
  const lengthOf = async (target: string): Promise<string | undefined> => {
    const answer = await askRaw(app.fetch, headOf(target));
    assert.match(answer, /^HTTP\/1\.1 \d+ /);
    if (target.startsWith("HEAD")) assert.match(answer, /\r\n\r\n$/);
    return /^content-length: (\d+)/im.exec(answer)?.[1];
  };
  const unknown = [
    PICTURE,
    "/v1/info?url=/sample.jpg",
    "/v1/stylize",
    "/v1/styles",
    "/",
    "/healthz",
  ];
  for (const path of unknown) assert.equal(await lengthOf(`HEAD ${path}`), undefined, path);
  const length = await lengthOf(`GET ${PICTURE}`);
  assert(Number(length) > 0);
  assert.equal(await lengthOf(`HEAD ${PICTURE}`), length);
});
