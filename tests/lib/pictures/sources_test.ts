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
      return { bytes };
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
    fetch: (_url, { validators }) => {
      asked.push(validators);
      if (validators) return Promise.resolve("not_modified");
      const headers = { etag: '"v1"', lastModified: "today", cacheControl: "max-age=120", age: 50 };
      return Promise.resolve({ bytes: new Uint8Array([1, 2]), ...headers });
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
      return Promise.resolve({ bytes: new Uint8Array(url === TWO ? 5000 : 1000) });
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

/** Sources whose fetches end when they are let. */
function gatedSources(maxFetches: number, maxWaiting: number, hostShare = 0.5) {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const sources = new Sources({
    maxBytes: 100_000,
    maxFetches,
    maxWaiting,
    hostShare,
    fetch: async (url) => {
      const gate = Promise.withResolvers<void>();
      gates.set(url, gate);
      await gate.promise;
      return { bytes: new Uint8Array(1) };
    },
  });
  const get = (url: string, signal = new AbortController().signal) =>
    sources.get(`https://${url}`, signal);
  const begun = (): string[] => [...gates.keys()].map((url) => url.slice("https://".length));
  const end = (url: string): void => gates.get(`https://${url}`)?.resolve();
  return { sources, get, begun, end };
}

Deno.test("Sources.get fetches few at once, lets some wait and refuses the rest", async () => {
  const { sources, get, begun, end } = gatedSources(2, 2);
  const leaving = new AbortController();
  const first = [get("a/1"), get("b/2")];
  const left = get("a/3", leaving.signal);
  const waiting = get("b/4");
  await assert.rejects(get("c/5"), { code: "queue_full", retryAfter: 5 });
  assert.deepEqual(sources.status(), { started: 2, running: 2, waiting: 2 });
  leaving.abort();
  await assert.rejects(left, { code: "aborted" });
  assert.deepEqual(begun(), ["a/1", "b/2"]);
  for (const url of begun()) end(url);
  await Promise.all(first);
  end("b/4");
  assert.equal((await waiting).bytes.length, 1);
  assert.deepEqual(begun(), ["a/1", "b/2", "b/4"]);
  assert.deepEqual(sources.status(), { started: 3, running: 0, waiting: 0 });
});

Deno.test("Sources.get leaves half of the places and of the queue to other hosts", async () => {
  const { sources, get, begun, end } = gatedSources(4, 4);
  const slow = [get("slow/1"), get("slow/2"), get("slow/3"), get("slow/4")];
  await assert.rejects(get("slow/5"), { code: "queue_full", message: /2 sources of slow/ });
  const others = [get("a/1"), get("b/1"), get("c/1")];
  assert.deepEqual(begun(), ["slow/1", "slow/2", "a/1", "b/1"]);
  assert.deepEqual(sources.status(), { started: 4, running: 4, waiting: 3 });
  end("a/1");
  await others[0];
  assert.deepEqual(begun().slice(4), ["c/1"]);
  end("slow/2");
  await slow[1];
  assert.deepEqual(begun().slice(5), ["slow/3"]);
  for (const url of ["b/1", "c/1", "slow/1", "slow/3"]) end(url);
  await Promise.all([...others, slow[0], slow[2]]);
  end("slow/4");
  await slow[3];
  assert.equal(sources.status().running, 0);
});

Deno.test("Sources.get gives the only host all of the places and of the queue", async () => {
  const { sources, get, begun, end } = gatedSources(3, 3, 1);
  const urls = [1, 2, 3, 4, 5, 6].map((n) => `only/${n}`);
  const all = urls.map((url) => get(url));
  await assert.rejects(get("only/7"), { code: "queue_full", message: /3 sources wait/ });
  assert.deepEqual(sources.status(), { started: 3, running: 3, waiting: 3 });
  for (const [at, url] of urls.entries()) {
    end(url);
    await all[at];
  }
  assert.deepEqual(begun(), urls);
});
