import assert from "node:assert/strict";
import { sourceLife } from "../../../lib/pictures/source_life.ts";

const [MINUTE, HOUR, DAY] = [60, 3600, 24 * 3600] as const;

Deno.test.each(
  [
    ["", 0, HOUR],
    ["public", 0, HOUR],
    ["max-age=600", 0, 600],
    ['Max-Age="600"', 0, 600],
    ["public,  max-age=600", 100, 500],
    ["max-age=600", 700, MINUTE],
    ["max-age=0", 0, MINUTE],
    ["max-age=31536000", 0, DAY],
    ["max-age=x", 0, HOUR],
    ["max-age=-1", 0, HOUR],
    ["max-age=600, s-maxage=300", 0, 300],
    ["s-maxage=300, max-age=100", 0, 300],
    ["no-store, max-age=600", 0, MINUTE],
    ["max-age=600, NO-CACHE", 0, MINUTE],
    ['no-cache="set-cookie"', 0, MINUTE],
    ["private, max-age=600", 0, MINUTE],
  ] as const,
)("sourceLife() of %j at the age of %d s is %d s", (cacheControl, age, seconds) => {
  assert.equal(sourceLife({ cacheControl, age }), 1000 * seconds);
});
