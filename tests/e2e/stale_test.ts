import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { decodeFrame, encodeFrame } from "../../lib/cache/frame.ts";
import { DataFolder } from "../support/data_folder.ts";
import { eventually } from "../support/fleet.ts";
import { ENV, paint } from "../support/painting.ts";
import { Photos } from "../support/photos.ts";
import { type RunningService, startService } from "../support/service.ts";

/** Lets all pictures of a cache file expire, as time does. */
function expire(path: string): void {
  const database = new DatabaseSync(path);
  const rows = database.prepare("SELECT id, frame FROM bodies").all();
  assert(rows.length > 0);
  const update = database.prepare("UPDATE bodies SET frame = ? WHERE id = ?");
  for (const { id, frame } of rows) {
    assert(typeof id === "number" && frame instanceof Uint8Array);
    update.run(encodeFrame({ ...decodeFrame(frame), freshUntil: Date.now() - 1 }), id);
  }
  database.close();
}

/** Paints a picture, lets it expire, and gives it with a service that has nothing else of it. */
async function serviceWithExpired(
  photos: Photos,
  folder: DataFolder,
): Promise<{ readonly service: RunningService; readonly before: string }> {
  const env = { ...ENV, CACHE_PATH: `${folder.path}/cache.sqlite` };
  let before: string;
  {
    await using service = await startService(env);
    before = (await paint(service, [photos.url, 100])).body;
  }
  expire(env.CACHE_PATH);
  return { service: await startService(env), before };
}

Deno.test("an expired picture is served at once and renewed behind", async () => {
  await using photos = await Photos.start();
  await using folder = await DataFolder.make();
  const { service, before } = await serviceWithExpired(photos, folder);
  await using _ = service;
  const { promise, resolve } = Promise.withResolvers<void>();
  photos.gate = promise;
  await photos.show(2);
  const stale = await paint(service, [photos.url, 100]);
  assert.equal(stale.body, before);
  assert.match(stale.cache, /; hit; ttl=-\d+$/);
  resolve();
  await eventually("the new picture", async () => {
    const { body, cache } = await paint(service, [photos.url, 100]);
    return body !== before && /; hit; ttl=\d+$/.test(cache);
  });
  assert.equal(photos.requests, 2, "many asked, one fetched");
});

Deno.test("an expired picture is served on while its source fails", async () => {
  await using photos = await Photos.start();
  await using folder = await DataFolder.make();
  const { service, before } = await serviceWithExpired(photos, folder);
  await using _ = service;
  photos.status = 500;
  const asked = photos.requests;
  assert.equal((await paint(service, [photos.url, 100])).body, before);
  await eventually("a try to renew it", () => photos.requests > asked);
  const after = await paint(service, [photos.url, 100]);
  assert.deepEqual([after.status, after.body], [200, before]);
});
