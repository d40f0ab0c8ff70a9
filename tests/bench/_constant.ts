/**
 * What the hit path is measured against: one route of Hono with a constant body.
 *
 *     deno run tests/bench/_constant.ts body.bin '{"content-type":"image/webp"}'
 */
import { Hono } from "hono";
import { serve } from "./_serve.ts";

const [path = "", headers = "{}"] = Deno.args;
const body = await Deno.readFile(path);
const app = new Hono();
const init = { headers: JSON.parse(headers) };
app.get("/v1/stylize", () => new Response(body, init));
serve(app);
