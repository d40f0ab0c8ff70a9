import assert from "node:assert/strict";
import { createTestApp } from "../fakes/services.ts";
import { askRaw } from "../support/raw_http.ts";

const PICTURE = "/v1/stylize?url=/sample.jpg&style=mosaic&fm=jpeg";

const PATHS = [PICTURE, "/v1/info?url=/sample.jpg", "/v1/styles/mosaic/image", "/openapi.json"];

Deno.test.each([["a b"], ["[::1"], ["xn--"], ["a:99999"], ["foo|bar"]])(
  "a request with Host: %s is a 400 and makes no line in the log",
  async (host) => {
    await using app = await createTestApp();
    for (const path of PATHS) {
      const head = [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
      const answer = await askRaw(app.fetch, `${head.join("\r\n")}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 400 /, path);
      assert.match(answer, /"code":"invalid_host"/, path);
    }
    assert.deepEqual(app.lines.filter((line) => line.startsWith("error")), []);
  },
);
