import assert from "node:assert/strict";
import { fetchImage } from "../../../lib/source/mod.ts";
import { assertRefused, BODY, get, LOCAL, withServer } from "./_fetch.ts";

/** A server that sends these bytes to whoever connects, and then closes, or not. */
async function withRawServer(
  bytes: string,
  close: boolean,
  task: (origin: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(bytes));
      if (close) connection.close();
    }
  })();
  try {
    await task(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
  } finally {
    listener.close();
    await serving.catch(() => {});
    if (!close) open.forEach((connection) => connection.close());
  }
}

Deno.test("fetchImage() gives the body and what the source says of it", async () => {
  const headers = {
    etag: '"abc"',
    "last-modified": "Tue, 01 Jul 2025 00:00:00 GMT",
    "cache-control": "max-age=60",
    age: "7",
  };
  await withServer(() => new Response(BODY, { headers }), async (origin) => {
    const image = await get(`${origin}/cat.png`);
    assert.deepEqual(image.bytes, BODY);
    assert.deepEqual({ ...image, bytes: null }, {
      bytes: null,
      etag: '"abc"',
      lastModified: "Tue, 01 Jul 2025 00:00:00 GMT",
      cacheControl: "max-age=60",
      age: 7,
    });
  });
});

Deno.test("fetchImage() asks for images, names itself, and marks its requests", async () => {
  let seen = new Headers();
  await withServer((request) => {
    seen = request.headers;
    return new Response(BODY);
  }, async (origin) => {
    await get(origin);
    assert.equal(seen.get("accept"), "image/*");
    assert.equal(seen.get("cdn-loop"), "pastiche");
    assert.match(seen.get("user-agent") ?? "", /^Pastiche/);
    assert.equal(seen.get("host"), new URL(origin).host);
  });
});

Deno.test("fetchImage() undoes gzip and counts decoded bytes", async () => {
  const zip = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  const small = await zip(BODY);
  const bomb = await zip(new Uint8Array(30_000_000));
  assert(bomb.length < 100_000);
  const headers = { "content-encoding": "gzip" };
  await withServer(
    (request) => new Response(request.url.endsWith("bomb") ? bomb : small, { headers }),
    async (origin) => {
      assert.deepEqual((await get(origin)).bytes, BODY);
      await assertRefused(get(`${origin}/bomb`), "source_too_large", /20000000/);
    },
  );
});

Deno.test("fetchImage() refuses a declared length over the limit, and one that grows over it", async () => {
  const policy = { ...LOCAL, maxBytes: 1000 };
  await withServer((request) => {
    if (request.url.endsWith("declared")) return new Response(BODY);
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(300)),
    });
    return new Response(stream);
  }, async (origin) => {
    await assertRefused(get(`${origin}/declared`, policy), "source_too_large");
    await assertRefused(get(`${origin}/endless`, policy), "source_too_large");
  });
});

Deno.test("fetchImage() follows redirects and checks each", async () => {
  await withServer((request) => {
    const { pathname, host } = new URL(request.url);
    const to = (location: string): Response =>
      new Response(null, { status: 302, headers: { location } });
    switch (pathname) {
      case "/relative":
        return to("/end");
      case "/end":
        return new Response(BODY);
      case "/private":
        return to("http://10.0.0.1/");
      case "/scheme":
        return to("file:///etc/passwd");
      case "/user":
        return to("http://me:secret@example.com/");
      case "/long":
        return to(`/${"a".repeat(2048)}`);
      case "/nowhere":
        return to("http://");
      case "/empty":
        return to("");
      case "/missing":
        return new Response(null, { status: 302 });
      default:
        return to(`http://${host}/loop`);
    }
  }, async (origin) => {
    assert.deepEqual((await get(`${origin}/relative`)).bytes, BODY);
    await assertRefused(get(`${origin}/private`), "address_not_allowed");
    // The client's URL was right: that the source fails may pass, and there may be a substitute.
    await assertRefused(get(`${origin}/scheme`), "upstream_error", /redirects .* not file:/);
    await assertRefused(get(`${origin}/user`), "upstream_error", /redirects .* password/);
    await assertRefused(get(`${origin}/long`), "upstream_error", /redirects .* characters/);
    for (const path of ["nowhere", "empty", "missing"]) {
      await assertRefused(get(`${origin}/${path}`), "upstream_error", /redirects to nowhere/);
    }
    await assertRefused(get(`${origin}/loop`), "too_many_redirects", /3 times/);
  });
});

Deno.test.each(
  [
    [404, "not_found"],
    [410, "not_found"],
    [508, "loop"],
    [403, "upstream_error"],
    [500, "upstream_error"],
    [204, "upstream_error"],
    [304, "upstream_error"],
  ] as const,
)("fetchImage() of a source that answers %d is %s", async (status, code) => {
  await withServer(() => new Response(null, { status }), async (origin) => {
    await assert.rejects(get(origin), { code, upstreamStatus: status });
  });
});

Deno.test("fetchImage() waits for a host's addresses no longer than for all the rest", async () => {
  const resolver = () => new Promise<never>(() => {});
  const policy = { ...LOCAL, totalTimeout: 30 };
  await assertRefused(get("http://slow.example/", policy, { resolver }), "upstream_timeout");
  const leaving = new AbortController();
  const left = get("http://slow.example/", LOCAL, { resolver, signal: leaving.signal });
  leaving.abort();
  await assertRefused(left, "aborted");
});

Deno.test.each([
  ["if-none-match", { etag: '"v1"' }, { etag: '"v0"' }],
  ["if-modified-since", { lastModified: "today" }, { lastModified: "yesterday" }],
])("fetchImage() asks conditionally by %s", async (name, known, old) => {
  await withServer((request) => {
    const isKnown = request.headers.get(name) === Object.values(known)[0];
    return isKnown ? new Response(null, { status: 304 }) : new Response(BODY);
  }, async (origin) => {
    assert.equal(await fetchImage(origin, LOCAL, { validators: known }), "not_modified");
    assert.deepEqual((await get(origin, LOCAL, { validators: old })).bytes, BODY);
  });
});

Deno.test("fetchImage() follows as many redirects as are allowed", async () => {
  await withServer((request) => {
    const left = Number(new URL(request.url).pathname.slice(1));
    if (left === 0) return new Response(BODY);
    return new Response(null, { status: 302, headers: { location: `/${left - 1}` } });
  }, async (origin) => {
    assert.deepEqual((await get(`${origin}/3`)).bytes, BODY);
    await assertRefused(get(`${origin}/4`), "too_many_redirects");
  });
});

Deno.test("fetchImage() of a closed port is unreachable", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await assertRefused(get(`http://127.0.0.1:${port}/`), "unreachable");
});

Deno.test("fetchImage() gives up on a source that says nothing, or never ends", async () => {
  const quick = { ...LOCAL, connectTimeout: 100, firstByteTimeout: 100 };
  await withRawServer(
    "",
    false,
    (origin) =>
      assertRefused(
        get(origin, quick),
        "upstream_timeout",
        /^127\.0\.0\.1 took too long to answer$/,
      ),
  );
  const cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc";
  const short = { ...LOCAL, totalTimeout: 300 };
  await withRawServer(
    cut,
    false,
    (origin) =>
      assertRefused(
        get(origin, short),
        "upstream_timeout",
        /^127\.0\.0\.1 took longer than 300 ms$/,
      ),
  );
});

Deno.test("fetchImage() of a body that is cut is upstream_error", async () => {
  const cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc";
  await withRawServer(cut, true, (origin) => assertRefused(get(origin), "upstream_error"));
});

Deno.test("fetchImage() of no HTTP at all is unreachable", async () => {
  await withRawServer(
    "SSH-2.0-hello\r\n",
    true,
    (origin) => assertRefused(get(origin), "unreachable"),
  );
});

Deno.test("fetchImage() stops when its caller leaves", async () => {
  const gone = new AbortController();
  await withRawServer("", false, async (origin) => {
    const attempt = get(origin, LOCAL, { signal: gone.signal });
    queueMicrotask(() => gone.abort());
    await assertRefused(attempt, "aborted");
  });
});
