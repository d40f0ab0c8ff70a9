/**
 * What a hit in Redis costs with the client alone: one route of Hono that gives what is under the
 * request's path, without checks, limits or purges.
 *
 *     deno run tests/bench/_redis_only.ts body.bin '{"content-type":"image/webp"}' redis://host:port paths
 *
 * First it puts the body under every path of the file.
 */
import { Buffer } from "node:buffer";
import { Hono } from "hono";
import { createClient, RESP_TYPES } from "redis";
import { serve } from "./_serve.ts";

const [path = "", headers = "{}", url = "", paths = ""] = Deno.args;
const body = Buffer.from(await Deno.readFile(path));
const init = { headers: JSON.parse(headers) };
const client = createClient({ url });
await client.connect();
for (const name of (await Deno.readTextFile(paths)).trim().split("\n")) {
  await client.set(`only:${name}`, body);
}
const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
const app = new Hono();
app.get("/v1/stylize", async (c) => {
  const found = await bytes.get(`only:${c.req.url.slice(c.req.url.indexOf("/v1/"))}`);
  return new Response(found && new Uint8Array(found), init);
});
serve(app);
