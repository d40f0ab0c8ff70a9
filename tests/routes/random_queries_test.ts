import assert from "node:assert/strict";
import { PROBLEM_KINDS, type ProblemCode } from "../../routes/problem.ts";
import { createTestApp } from "../fakes/services.ts";
import { seededRandom } from "../support/random.ts";

const NAMES = [
  ..."url style style_url styles alpha color w h fit g dpr bg fm q model maxage filename".split(
    " ",
  ),
  ..."download preset expires kid sig frames onerror mask columns width strength a n".split(" "),
  ..."default unknown __proto__ constructor".split(" "),
];

const VALUES = [
  ..."0 1 0.5 -1 1e9 NaN Infinity 0x10 4096 4097 65536 all none mosaic waves mosaic,waves".split(
    " ",
  ),
  ..."mosaic:1,waves:2 mosaic:-1 a:b:c ,,, auto avif webp jpeg jpg png gif tiff cover".split(" "),
  ..."contain inside fill center top 0.5,0.5 1,2 attention fff #ff0000 red 1h 90s 400d".split(" "),
  ..."fast vgg19 ../fast style content error original https://a.example/b.png".split(" "),
  ..."http://127.0.0.1/ file:///etc/passwd /sample.jpg javascript:1 data:, \u0000 ä 💥 %".split(
    " ",
  ),
  "",
  " ",
  "x".repeat(3000),
];

Deno.test("10,000 random queries give pictures or problems of the table, never a fault", async () => {
  const random = seededRandom(20_261_124);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  await using app = await createTestApp();
  const seen = new Map<number, number>();
  for (let i = 0; i < 10_000; i++) {
    const query = new URLSearchParams();
    // Half of them start from something that works.
    if (random() < 0.5) query.set("url", "/sample.jpg");
    if (random() < 0.5) query.set("style", "mosaic");
    for (let n = Math.floor(random() * 4); n >= 0; n--) query.append(pick(NAMES), pick(VALUES));
    const path = `/v1/${pick(["stylize", "stylize", "sheet", "info"])}?${query}`;
    const response = await app.request(path, { method: pick(["GET", "GET", "GET", "HEAD"]) });
    const body = await response.text();
    assert(response.status < 500, `${path}: ${response.status} ${body}`);
    seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
    if (response.status >= 400 && body !== "") {
      const { code, detail, status } = JSON.parse(body);
      assert.equal(PROBLEM_KINDS[code as ProblemCode].status, status, path);
      assert(detail.length > 10, path);
    }
  }
  for (const status of [200, 400, 404]) assert((seen.get(status) ?? 0) > 50, `few ${status}`);
});
