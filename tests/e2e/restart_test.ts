import assert from "node:assert/strict";
import { DataFolder } from "../support/data_folder.ts";
import { TOKEN } from "../support/painting.ts";
import { startService } from "../support/service.ts";
import { assertWhole, idsOf, putStyle, tinyPicture } from "../support/styles.ts";

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

Deno.test("1,000 registered styles survive a crash", async () => {
  await using folder = await DataFolder.make();
  const env = { KV_URL: `${folder.path}/styles.kv`, ADMIN_TOKEN: TOKEN };
  const acknowledged: string[] = [];
  let builtin: string[] = [];
  {
    await using service = await startService(env);
    builtin = await idsOf(service, 150);
    assert(builtin.length > 5);
    let next = 0;
    const register = async (end: number): Promise<void> => {
      while (next < end) {
        const number = next++;
        const id = `tiny-${number}`;
        assert.equal(await putStyle(service, id, await tinyPicture(number)), 201);
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
    const ids = await idsOf(service, 150);
    assert.equal(new Set(ids).size, ids.length, "a style is listed twice");
    assert.deepEqual(ids, ids.toSorted());
    const listed = new Set(ids);
    assert.deepEqual([...builtin, ...acknowledged].filter((id) => !listed.has(id)), []);
    // Also those of which nobody was told are whole.
    for (const id of ids.filter((id) => /^tiny-(?:\d00|1\d{3})$/.test(id))) {
      await assertWhole(service, id);
    }
    const path = "/v1/stylize?url=/sample.jpg&style=tiny-999&w=64&fm=png";
    const painted = await fetch(service.origin + path);
    assert.equal(painted.status, 200, await painted.text());
  }
});
