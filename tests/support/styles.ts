import assert from "node:assert/strict";
import { decode, encode } from "../../lib/image/mod.ts";
import { TOKEN } from "./painting.ts";
import { drawPicture } from "./pictures.ts";
import type { RunningService } from "./service.ts";

/** A small picture of its own for each number. */
export async function tinyPicture(number: number): Promise<Uint8Array<ArrayBuffer>> {
  const picture = drawPicture(16, 16, 3);
  picture.data.set([number & 255, number >> 8, 7], 0);
  return await encode(picture, { format: "png" });
}

/**
 * Registers a style.
 *
 * @param service Where.
 * @param id Its id; also its title.
 * @param picture Its picture.
 * @returns The status of the answer.
 */
export async function putStyle(
  { origin }: Pick<RunningService, "origin">,
  id: string,
  picture: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const put = { method: "PUT", headers, body: picture };
  const response = await fetch(`${origin}/v1/styles/${id}?title=${id}`, put);
  await response.body?.cancel();
  return response.status;
}

/**
 * Reads the whole catalog.
 *
 * @param service Where.
 * @param limit Styles on a page.
 * @returns The ids in their order.
 */
export async function idsOf(
  { origin }: Pick<RunningService, "origin">,
  limit: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (let path: string | undefined = `/v1/styles?limit=${limit}`; path !== undefined;) {
    const response: Response = await fetch(origin + path);
    assert.equal(response.status, 200);
    const page = await response.json();
    assert(page.styles.length <= limit);
    ids.push(...page.styles.map(({ id }: { id: string }) => id));
    path = page.next;
  }
  return ids;
}

/** Asserts that a style of {@linkcode tinyPicture} is there with its title and its picture. */
export async function assertWhole(
  { origin }: Pick<RunningService, "origin">,
  id: string,
): Promise<void> {
  const { title } = await (await fetch(`${origin}/v1/styles/${id}`)).json();
  assert.equal(title, id);
  const image = await fetch(`${origin}/v1/styles/${id}/image`);
  assert.equal(image.status, 200);
  const picture = await decode(new Uint8Array(await image.arrayBuffer()));
  assert.deepEqual([picture.width, picture.height], [16, 16]);
}
