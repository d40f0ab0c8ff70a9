import { localSingleFlight, type SingleFlight } from "../single_flight.ts";
import { fleetSingleFlight } from "./fleet_single_flight.ts";
import { layeredCache } from "./layered_cache.ts";
import { memoryCache } from "./memory_cache.ts";
import { redisCache } from "./redis_cache.ts";
import { RedisLease } from "./redis_lease.ts";
import { RedisLink } from "./redis_link.ts";
import { sqliteCache } from "./sqlite_cache.ts";
import type { CacheEntry, CacheLog, ResultCache } from "./types.ts";

/** Which caches a service has. */
export interface CachesOptions {
  /** Bytes of the memory in front. */
  readonly memoryBytes: number;
  /** The file behind it; absent: memory alone. Not used where there is a Redis. */
  readonly file?: { readonly path: string; readonly maxBytes: number };
  /** The Redis or Valkey behind it, shared by a fleet. */
  readonly redisUrl?: string | undefined;
  /** Told of failure and recovery. */
  readonly log: CacheLog;
}

/** The caches of a service, and its single flight. */
export interface Caches {
  /** Finished pictures. */
  readonly cache: ResultCache;
  /** Work under way: of this process, or of the fleet where there is a Redis. */
  readonly flight: SingleFlight<CacheEntry>;
  /** Releases files, sockets and timers. */
  close(): Promise<void>;
}

/**
 * Opens the caches that the settings ask for.
 *
 * @param options Which ones.
 * @returns The caches; close them.
 * @throws {SyntaxError} If the address of Redis cannot be read.
 * @throws {CacheError} `foreign_file` if the file is a database of another program.
 */
export function openCaches(options: CachesOptions): Caches {
  const { file, log, redisUrl } = options;
  const memory = memoryCache({ maxBytes: options.memoryBytes });
  if (redisUrl === undefined) {
    const cache = file ? layeredCache(memory, sqliteCache({ ...file, log })) : memory;
    return { cache, flight: localSingleFlight(), close: () => cache.close() };
  }
  const link = new RedisLink({ url: redisUrl, log });
  const cache = layeredCache(memory, redisCache(link, { log }));
  const flight = fleetSingleFlight({
    lease: new RedisLease(link),
    // An expired picture is what the flight is about to renew.
    read: async (key) => {
      const entry = await cache.get(key, true);
      return entry && entry.freshUntil > Date.now() ? entry : undefined;
    },
  });
  const close = async (): Promise<void> => {
    await cache.close();
    await link.close();
  };
  return { cache, flight, close };
}
