import {
  layeredCache,
  memoryCache,
  redisCache,
  RedisLink,
  type RedisLinkOptions,
  type ResultCache,
} from "../../../lib/cache/mod.ts";
import { recordingLog } from "./_entries.ts";
import { PATIENT } from "./_redis.ts";

/** One instance's way to Redis, its cache, and what it logged. */
export interface Instance extends AsyncDisposable {
  readonly cache: ResultCache;
  readonly lines: readonly string[];
  readonly link: RedisLink;
}

/** An instance that knows the purges so far: what began before is refused. */
export async function instanceOf(
  url: string,
  options: Partial<RedisLinkOptions> = {},
): Promise<Instance> {
  const { lines, log } = recordingLog();
  const link = new RedisLink({ url, log, beat: 100, ...PATIENT, ...options });
  const cache = redisCache(link, { log });
  await cache.get("");
  const close = async (): Promise<void> => {
    await cache.close();
    await link.close();
  };
  return { cache, lines, link, [Symbol.asyncDispose]: close };
}

export function layered(instance: Instance): ResultCache {
  return layeredCache(memoryCache({ maxBytes: 10_000_000 }), instance.cache);
}
