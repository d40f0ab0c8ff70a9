import assert from "node:assert/strict";
import { decode, encode } from "../../lib/image/mod.ts";
import { drawPicture } from "../support/pictures.ts";
import { startService } from "../support/service.ts";

const TOKEN = "a-token-for-tests-only";
const HEADERS = { authorization: `Bearer ${TOKEN}` };

/** A folder of a test's own below data/, where the start task may write. */
class DataFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<DataFolder> {
    const data = new URL("../../data/", import.meta.url).pathname;
    await Deno.mkdir(data, { recursive: true });
    return new DataFolder(await Deno.makeTempDir({ dir: data }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("a picture painted before a crash is a hit after the restart", async () => {
  await using folder = await DataFolder.make();
  const env = { COMPUTE_WORKERS: "1", CACHE_PATH: `${folder.path}/cache.sqlite` };
  const path = "/v1/stylize?url=/sample.jpg&style=mosaic&w=100&fm=png";
  let painted: { etag: string | null; body: string };
  {
    await using service = await startService(env);
    const response = await fetch(service.origin + path);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("cache-status") ?? "", /fwd=uri-miss/);
    painted = { etag: response.headers.get("etag"), body: (await response.bytes()).toBase64() };
    await service.crash();
  }
  {
    await using service = await startService(env);
    const response = await fetch(service.origin + path);
    assert.match(response.headers.get("cache-status") ?? "", /; hit;/);
    const kept = { etag: response.headers.get("etag"), body: (await response.bytes()).toBase64() };
    assert.deepEqual(kept, painted);
  }
});

/** A small picture of its own for each number. */
async function tinyPicture(number: number): Promise<Uint8Array<ArrayBuffer>> {
  const picture = drawPicture(16, 16, 3);
  picture.data.set([number & 255, number >> 8, 7], 0);
  return await encode(picture, { format: "png" });
}

async function idsOf(origin: string): Promise<string[]> {
  const ids: string[] = [];
  for (let path: string | undefined = "/v1/styles?limit=150"; path !== undefined;) {
    const response: Response = await fetch(origin + path);
    assert.equal(response.status, 200);
    const page = await response.json();
    assert(page.styles.length <= 150);
    ids.push(...page.styles.map(({ id }: { id: string }) => id));
    path = page.next;
  }
  return ids;
}

Deno.test("1,000 registered styles survive a crash", async () => {
  await using folder = await DataFolder.make();
  const env = { KV_URL: `${folder.path}/styles.kv`, ADMIN_TOKEN: TOKEN };
  const acknowledged: string[] = [];
  let builtin: string[] = [];
  {
    await using service = await startService(env);
    builtin = await idsOf(service.origin);
    assert(builtin.length > 5);
    let next = 0;
    const register = async (end: number): Promise<void> => {
      while (next < end) {
        const number = next++;
        const id = `tiny-${number}`;
        const put = { method: "PUT", headers: HEADERS, body: await tinyPicture(number) };
        const response = await fetch(`${service.origin}/v1/styles/${id}?title=T${number}`, put);
        assert.equal(response.status, 201, await response.text());
        acknowledged.push(id);
      }
    };
    await Promise.all(Array.from({ length: 16 }, () => register(1000)));
    assert.equal(acknowledged.length, 1000);
    // The process dies in the midst of further ones.
    const cut = Promise.allSettled(Array.from({ length: 16 }, () => register(1100)));
    while (acknowledged.length < 1010) await new Promise((resolve) => setTimeout(resolve, 5));
    await service.crash();
    await cut;
  }
  {
    await using service = await startService(env);
    const { origin } = service;
    const ids = await idsOf(origin);
    assert.equal(new Set(ids).size, ids.length, "a style is listed twice");
    assert.deepEqual(ids, ids.toSorted());
    const listed = new Set(ids);
    assert.deepEqual([...builtin, ...acknowledged].filter((id) => !listed.has(id)), []);
    // Also those of which nobody was told are whole.
    for (const id of ids.filter((id) => /^tiny-(?:\d00|1\d{3})$/.test(id))) {
      const number = Number(id.slice(5));
      const { title } = await (await fetch(`${origin}/v1/styles/${id}`)).json();
      assert.equal(title, `T${number}`);
      const image = await fetch(`${origin}/v1/styles/${id}/image`);
      assert.equal(image.status, 200);
      const picture = await decode(await image.bytes());
      assert.deepEqual([picture.width, picture.height], [16, 16]);
    }
    const path = "/v1/stylize?url=/sample.jpg&style=tiny-999&w=64&fm=png";
    const painted = await fetch(origin + path);
    assert.equal(painted.status, 200, await painted.text());
  }
});
