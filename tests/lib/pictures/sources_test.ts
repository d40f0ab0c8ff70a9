import assert from "node:assert/strict";
import { Sources } from "../../../lib/pictures/mod.ts";
import { sourceTag } from "../../../lib/pictures/sources.ts";

const ONE = "https://example.com/1.png";
const TWO = "https://example.com/2.png";

function countingSources(gates: Promise<void>[] = []): { sources: Sources; fetched: string[] } {
  const fetched: string[] = [];
  const sources = new Sources({
    maxBytes: 100_000,
    maxFetches: 8,
    maxWaiting: 8,
    fetch: async (url) => {
      const bytes = new Uint8Array([fetched.push(url)]);
      await gates.shift();
      return { bytes, url };
    },
  });
  return { sources, fetched };
}

for (
  const [name, selector, again] of [
    ["its tag", { tag: sourceTag(ONE) }, [ONE]],
    ["another tag", { tag: "style-mosaic" }, []],
    ["all", { all: true }, [ONE, TWO]],
  ] as const
) {
  Deno.test(`Sources.forget with ${name} makes ${again.length} sources be fetched again`, async () => {
    const { sources, fetched } = countingSources();
    const { signal } = new AbortController();
    for (const url of [ONE, TWO, ONE, TWO]) await sources.get(url, signal);
    assert.deepEqual(fetched, [ONE, TWO]);
    sources.forget(selector);
    for (const url of [ONE, TWO]) await sources.get(url, signal);
    assert.deepEqual(fetched.slice(2), again);
  });
}

Deno.test("Sources.get keeps nothing whose fetch began before a purge", async () => {
  const gate = Promise.withResolvers<void>();
  const { sources, fetched } = countingSources([gate.promise]);
  const { signal } = new AbortController();
  const before = sources.get(ONE, signal);
  sources.forget({ tag: sourceTag(ONE) });
  gate.resolve();
  assert.deepEqual((await before).bytes, new Uint8Array([1]));
  assert.deepEqual((await sources.get(ONE, signal)).bytes, new Uint8Array([2]));
  assert.equal(fetched.length, 2);
});

Deno.test("Sources.get asks for an expired source conditionally, each time after its own life", async () => {
  const asked: unknown[] = [];
  let now = 0;
  const sources = new Sources({
    maxBytes: 100_000,
    maxFetches: 8,
    maxWaiting: 8,
    clock: () => now,
    fetch: (url, { validators }) => {
      asked.push(validators);
      if (validators) return Promise.resolve("not_modified");
      const headers = { etag: '"v1"', lastModified: "today", cacheControl: "max-age=120", age: 50 };
      return Promise.resolve({ url, bytes: new Uint8Array([1, 2]), ...headers });
    },
  });
  const { signal } = new AbortController();
  const known = { etag: '"v1"', lastModified: "today" };
  for (const [time, expected] of [[0, 1], [69, 1], [71, 2], [190, 2], [192, 3]] as const) {
    now = 1000 * time;
    assert.deepEqual((await sources.get(ONE, signal)).bytes, new Uint8Array([1, 2]));
    assert.equal(asked.length, expected, `after ${time} s`);
  }
  assert.deepEqual(asked, [undefined, known, known]);
});

Deno.test("Sources.get keeps no more bytes than it may, and no source that is larger", async () => {
  const fetched: string[] = [];
  const sources = new Sources({
    maxBytes: 4000,
    maxFetches: 8,
    maxWaiting: 8,
    fetch: (url) => {
      fetched.push(url);
      return Promise.resolve({ url, bytes: new Uint8Array(url === TWO ? 5000 : 1000) });
    },
  });
  const { signal } = new AbortController();
  const urls = [1, 2, 3, 4].map((n) => `https://example.com/small-${n}.png`);
  for (const url of [...urls, TWO, ...urls.slice(2), TWO, urls[0] ?? ""]) {
    await sources.get(url, signal);
  }
  assert.deepEqual(fetched, [...urls, TWO, TWO, urls[0]]);
});

Deno.test("Sources.get fetches once for all who ask, and goes on while one of them stays", async () => {
  const gate = Promise.withResolvers<void>();
  const { sources, fetched } = countingSources([gate.promise]);
  const leaving = new AbortController();
  const left = sources.get(ONE, leaving.signal);
  const stayed = [1, 2, 3].map(() => sources.get(ONE, new AbortController().signal));
  leaving.abort();
  await assert.rejects(left, { code: "aborted" });
  gate.resolve();
  for (const source of await Promise.all(stayed)) {
    assert.deepEqual(source.bytes, new Uint8Array([1]));
  }
  assert.deepEqual(fetched, [ONE]);
});

Deno.test("Sources.get fetches few at once, lets some wait and refuses the rest", async () => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const sources = new Sources({
    maxBytes: 100_000,
    maxFetches: 2,
    maxWaiting: 2,
    fetch: async (url) => {
      const gate = Promise.withResolvers<void>();
      gates.set(url, gate);
      await gate.promise;
      return { url, bytes: new Uint8Array(1) };
    },
  });
  const leaving = new AbortController();
  const get = (n: number, signal = new AbortController().signal) =>
    sources.get(`https://example.com/${n}`, signal);
  const first = [get(1), get(2)];
  const left = get(3, leaving.signal);
  const waiting = get(4);
  await assert.rejects(get(5), { code: "queue_full", retryAfter: 5 });
  leaving.abort();
  await assert.rejects(left, { code: "aborted" });
  assert.deepEqual([...gates.keys()].map((url) => url.slice(-1)), ["1", "2"]);
  gates.forEach((gate) => gate.resolve());
  await Promise.all(first);
  gates.get("https://example.com/4")?.resolve();
  assert.equal((await waiting).bytes.length, 1);
  assert.deepEqual([...gates.keys()].map((url) => url.slice(-1)), ["1", "2", "4"]);
});
