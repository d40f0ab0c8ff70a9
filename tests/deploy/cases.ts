import assert from "node:assert/strict";
import { encode, probe } from "../../lib/image/mod.ts";
import { drawPicture } from "../support/pictures.ts";
import { ACCEPTS } from "./accepts.ts";
import type { CountingOrigin } from "./origin.ts";
import { pause, until } from "./programs.ts";

/** A cache before the service. */
export interface Edge {
  /** Where the cache listens. */
  readonly url: string;
  /** What it fetches from. */
  readonly origin: CountingOrigin;
}

/** One check of a cache; the name says what it shows. */
type EdgeCase = readonly [name: string, check: (edge: Edge) => Promise<void>];

/** An answer with its body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The address of a picture, its parameters sorted; each case has widths of its own. */
export function pictureTarget(width: number, more = "style=mosaic"): string {
  return `/v1/stylize?${[...more.split("&"), "url=/sample.jpg", `w=${width}`].sort().join("&")}`;
}

/** Sends a request and reads the answer. */
export async function ask(edge: Edge, target: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(edge.url + target, init);
  const body = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body };
}

/** Sends a GET and asserts that a picture comes. */
export async function askPicture(edge: Edge, target: string): Promise<Answer> {
  const answer = await ask(edge, target);
  assert.equal(answer.status, 200, new TextDecoder().decode(answer.body.slice(0, 300)));
  assert.match(answer.headers.get("content-type") ?? "", /^image\//);
  return answer;
}

/** Lets pages of other origins read. */
const OPEN = "access-control-allow-origin";

async function secondRequest({ url, origin }: Edge): Promise<void> {
  const target = pictureTarget(60);
  const first = await askPicture({ url, origin }, target);
  const second = await askPicture({ url, origin }, target);
  assert.equal(origin.count(target), 1);
  assert.deepEqual(second.body, first.body);
  const kept = ["etag", "cache-control", "vary", "content-security-policy", OPEN];
  for (const name of kept) {
    assert.equal(second.headers.get(name), first.headers.get(name), name);
  }
  const etag = first.headers.get("etag") ?? "";
  const same = await ask({ url, origin }, target, { headers: { "if-none-match": etag } });
  assert.deepEqual([same.status, same.headers.get(OPEN)], [304, "*"]);
  const part = await ask({ url, origin }, target, { headers: { range: "bytes=0-9" } });
  assert.deepEqual([part.status, part.body], [206, first.body.slice(0, 10)]);
  const cookie = await ask({ url, origin }, target, { headers: { cookie: "session=1" } });
  assert.deepEqual(cookie.body, first.body);
  assert.equal(origin.count(target), 1);
}

async function fewVariants({ url, origin }: Edge): Promise<void> {
  assert(ACCEPTS.length >= 30);
  const target = pictureTarget(61);
  for (const [accept, formats] of ACCEPTS) {
    const headers: Record<string, string> = accept === null ? {} : { accept };
    const { status, headers: answered } = await ask({ url, origin }, target, { headers });
    const type = answered.get("content-type") ?? "";
    assert.equal(status, 200, String(accept));
    assert([...formats].includes(type), `${accept}: ${type}`);
    assert.match(answered.get("vary") ?? "", /accept/i);
  }
  assert.equal(origin.count(target), 3);
}

async function oneVariantElsewhere({ url, origin }: Edge): Promise<void> {
  for (const accept of ["text/html", "application/json", "x/1"]) {
    const { status } = await ask({ url, origin }, "/openapi.json", { headers: { accept } });
    assert.equal(status, 200);
  }
  assert.equal(origin.count("/openapi.json"), 1);
}

async function oneOfMany({ url, origin }: Edge): Promise<void> {
  const target = pictureTarget(62);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => askPicture({ url, origin }, target)),
  );
  assert(answers.every(({ body }) => body.length === answers[0]?.body.length));
  assert.equal(origin.count(target), 1);
}

async function postPasses({ url, origin }: Edge): Promise<void> {
  const target = "/v1/stylize?fm=png&style=mosaic&w=63";
  const upload = await encode(drawPicture(100, 80, 1), { format: "png" });
  for (const _ of [1, 2]) {
    const { status, headers, body } = await ask({ url, origin }, target, {
      method: "POST",
      body: upload,
    });
    assert.equal(status, 200);
    assert.equal(probe(body).width, 63);
    assert.match(headers.get("cache-control") ?? "", /private/);
  }
  assert.equal(origin.count(target), 2);
}

async function preflightPasses(edge: Edge): Promise<void> {
  const { status, headers } = await ask(edge, "/v1/stylize?style=mosaic", {
    method: "OPTIONS",
    headers: { origin: "https://a.example", "access-control-request-method": "POST" },
  });
  assert.deepEqual([status, headers.get(OPEN)], [204, "*"]);
  assert.equal(headers.get("access-control-allow-methods"), "GET, HEAD, POST");
}

async function headIsCheap({ url, origin }: Edge): Promise<void> {
  const target = pictureTarget(64);
  for (const _ of [1, 2]) {
    assert.equal((await ask({ url, origin }, target, { method: "HEAD" })).status, 200);
  }
  const methods = origin.seen.filter((seen) => seen.target === target).map(({ method }) => method);
  assert.deepEqual(methods, ["HEAD", "HEAD"]);
}

async function problemsPassAway({ url, origin }: Edge): Promise<void> {
  const missing = pictureTarget(65, "style=no-such-style");
  for (const _ of [1, 2]) {
    const { status, headers } = await ask({ url, origin }, missing);
    assert.deepEqual([status, headers.get(OPEN)], [404, "*"]);
  }
  assert.equal(origin.count(missing), 1, "a 404 says max-age=60");

  origin.cacheControl = "public, max-age=1";
  const brief = pictureTarget(66, "style=no-such-style");
  const start = performance.now();
  await until(async () => {
    assert.equal((await ask({ url, origin }, brief)).status, 404);
    return origin.count(brief) > 1 ? true : null;
  }, "a 404 of one second is asked for again");
  assert(performance.now() - start < 15_000);
  origin.cacheControl = null;

  const wrong = pictureTarget(67, "style=mosaic&colour=1");
  for (const _ of [1, 2]) assert.equal((await ask({ url, origin }, wrong)).status, 400);
  assert.equal(origin.count(wrong), 2, "a 400 says no-store");
}

async function staleWhileRevalidated({ url, origin }: Edge): Promise<void> {
  origin.cacheControl = "public, max-age=9, s-maxage=1, stale-while-revalidate=600";
  const target = pictureTarget(68);
  const fresh = await askPicture({ url, origin }, target);
  await pause(2100);
  const stale = await askPicture({ url, origin }, target);
  assert.deepEqual(stale.body, fresh.body);
  await until(
    () => Promise.resolve(origin.count(target) === 2 ? true : null),
    "the picture is renewed behind the answer",
  );
}

async function staleOnError({ url, origin }: Edge): Promise<void> {
  origin.cacheControl = "public, max-age=1, stale-while-revalidate=1, stale-if-error=600";
  const target = pictureTarget(69);
  const fresh = await askPicture({ url, origin }, target);
  await pause(3100); // neither fresh nor to be served while it is renewed
  const renewed = await askPicture({ url, origin }, target);
  assert.deepEqual([renewed.body, origin.count(target)], [fresh.body, 2]);
  await pause(3100);
  origin.failure = 500;
  assert.deepEqual((await askPicture({ url, origin }, target)).body, fresh.body);
  origin.failure = 0;
  await origin.whileStopped([0, 1], async () => {
    for (const _ of [1, 2, 3]) {
      assert.deepEqual((await askPicture({ url, origin }, target)).body, fresh.body);
    }
    const never = await ask({ url, origin }, pictureTarget(70));
    assert([502, 503, 504].includes(never.status), `${never.status}`);
    assert.doesNotMatch(never.headers.get("cache-status") ?? "", /stored/);
  });
  await until(async () => {
    const { status } = await ask({ url, origin }, pictureTarget(71));
    return status === 200 ? true : null;
  }, "the service is back");
}

async function endsWithItsUrl({ url, origin }: Edge): Promise<void> {
  const expires = Math.ceil(Date.now() / 1000) + 6;
  const target = pictureTarget(72, `style=none&expires=${expires}`);
  for (const _ of [1, 2]) {
    const { headers } = await askPicture({ url, origin }, target);
    assert.equal(headers.get("expires"), new Date(1000 * expires).toUTCString());
    assert.equal(headers.get("cache-control"), "public");
  }
  assert.equal(origin.count(target), 1);
  await pause(1000 * expires + 1100 - Date.now());
  await askPicture({ url, origin }, target);
  assert.equal(origin.count(target), 2);
}

async function insideIsKept({ url, origin }: Edge): Promise<void> {
  for (const path of ["/metrics", "/readyz", "/metrics?a=1", "/%6detrics", "/r%65adyz?a=1"]) {
    const { status, body } = await ask({ url, origin }, path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(new TextDecoder().decode(body), /pastiche_|"status"/, path);
  }
}

async function otherStandsIn({ url, origin }: Edge): Promise<void> {
  await origin.whileStopped([0], async () => {
    for (let width = 90; width < 130; width++) {
      await askPicture({ url, origin }, `/v1/stylize?url=/sample.jpg&w=${width}&style=none`);
    }
  });
}

/** What every cache shows. */
const EDGE_CASES: readonly EdgeCase[] = [
  ["the second request never reaches the service", secondRequest],
  ["thirty clients' Accept headers make three variants", fewVariants],
  ["what depends on no Accept header has one variant", oneVariantElsewhere],
  ["twelve requests at once are one for the service", oneOfMany],
  ["a POST passes and is not kept", postPasses],
  ["a page of another origin may ask what it may send", preflightPasses],
  ["a HEAD is not sent as a GET", headIsCheap],
  ["a problem is kept as long as it says and no longer", problemsPassAway],
  ["a copy ends with its URL", endsWithItsUrl],
  ["metrics and readiness are not for strangers", insideIsKept],
  ["the other instance stands in for one that is gone", otherStandsIn],
  ["a stale picture is served while it is renewed", staleWhileRevalidated],
  ["a stale picture is served when the service fails or is stopped", staleOnError],
];

/**
 * Runs the checks of every cache and those of this one, each from a fresh origin.
 *
 * @param t Where the steps belong to.
 * @param edge The cache.
 * @param more Checks of this cache.
 */
export async function runCases<T extends Edge>(
  t: Deno.TestContext,
  edge: T,
  more: readonly (readonly [name: string, check: (edge: T) => Promise<void>])[],
): Promise<void> {
  for (const [name, check] of [...EDGE_CASES, ...more]) {
    await t.step(name, () => check(edge));
    edge.origin.cacheControl = null;
    edge.origin.failure = 0;
  }
}
