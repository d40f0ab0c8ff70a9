import type { CacheLog } from "./types.ts";

/** Settings of a `RedisLink`. */
export interface RedisLinkOptions {
  /** Where Redis is, see `parseRedisUrl`. */
  readonly url: string;
  /** Begins every key, so that services can share a server. Default: `pastiche:1:`. */
  readonly prefix?: string;
  /** Certificates to trust for TLS, PEM. Default: those of the system. */
  readonly ca?: string;
  /** Told of loss and recovery, once each. Default: nobody. */
  readonly log?: CacheLog;
  /** Milliseconds until a command is given up. Default: 300. */
  readonly commandTimeout?: number;
  /** Milliseconds until a transfer is given up. Default: 2000. */
  readonly transferTimeout?: number;
  /** Milliseconds until an attempt to connect is given up. Default: 2000. */
  readonly connectTimeout?: number;
  /** Milliseconds between attempts to connect and between beats. Default: 1000. */
  readonly beat?: number;
}
