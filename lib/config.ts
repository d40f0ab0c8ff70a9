import * as z from "zod";
import type { Provider } from "./adain/mod.ts";
import { parseRedisUrl } from "./cache/mod.ts";
import type { LogLevel } from "./log.ts";
import { parseKeys, type SigningKeys } from "./signing/mod.ts";
import { checkRange } from "./source/mod.ts";

/** The service's settings, checked and frozen; each comes from the environment variable of its name. */
export interface Config {
  /** TCP port; 0 takes a free one. Default 8000. */
  readonly PORT: number;
  /** Address to listen on. Default 0.0.0.0. */
  readonly HOST: string;
  /** The service's own origin, for links and loop detection. Default: from the request. */
  readonly PUBLIC_URL?: string | undefined;
  /** Log lines below this level are left out. Default info. */
  readonly LOG_LEVEL: LogLevel;
  /** Default model, a folder in `models/`. Default fast. */
  readonly MODEL: string;
  /** Where the graphs run. Default auto. */
  readonly PROVIDER: Provider;
  /** Compute workers; 0 computes in the server's own thread. Default: cores. */
  readonly COMPUTE_WORKERS: number;
  /** WASM threads in each worker. Default 1. */
  readonly THREADS: number;
  /** Jobs that may wait. Default 64. */
  readonly QUEUE_LIMIT: number;
  /** Encoded bytes that may wait; running jobs and uploads have as many again each. Default 1 GiB. */
  readonly QUEUE_BYTES: number;
  /** Milliseconds that a job may run. Default 20,000. */
  readonly DEADLINE_MS: number;
  /** Milliseconds that requests are served on after SIGTERM, while `/readyz` says no. Default 0. */
  readonly DRAIN_MS: number;
  /** Deno KV: a path, `:memory:`, or an http(s) URL for KV Connect. Default data/pastiche.kv. */
  readonly KV_URL: string;
  /** Bytes of finished pictures kept in memory. Default 128 MiB. */
  readonly MEMORY_CACHE_BYTES: number;
  /** File of the persistent cache; `none`: no file. Default data/cache.sqlite. */
  readonly CACHE_PATH: string;
  /** Bytes of the persistent cache. Default 2 GiB. */
  readonly CACHE_BYTES: number;
  /** Redis or Valkey shared by a fleet, in place of the file: redis(s)://, redis-cluster(s)://. */
  readonly REDIS_URL?: string | undefined;
  /** Bytes of source pictures kept in memory. Default 64 MiB. */
  readonly SOURCE_CACHE_BYTES: number;
  /** Keys of signed URLs, `kid:hexkey,…`; none: URLs need no signature. */
  readonly SIGNING_KEYS: SigningKeys;
  /** JSON file with named sets of parameters. */
  readonly PRESETS_FILE?: string | undefined;
  /** Whether only presets are served. Default false. */
  readonly PRESETS_ONLY: boolean;
  /** Pictures per minute and client; absent: no limit. */
  readonly RATE_LIMIT?: number | undefined;
  /** Whether `X-Forwarded-For` names the client. Default false. */
  readonly TRUST_PROXY: boolean;
  /** Host patterns that sources may come from; empty: any public host. */
  readonly SOURCE_ALLOW: readonly string[];
  /** CIDRs that sources may come from although they are not public. */
  readonly SOURCE_ALLOW_ADDRESSES: readonly string[];
  /** Largest source, in bytes after content decoding. Default 20 MB. */
  readonly MAX_SOURCE_BYTES: number;
  /** Largest source, in pixels. Default 24 million. */
  readonly MAX_SOURCE_PIXELS: number;
  /** Longest side of a source, in pixels. Default 12,000. */
  readonly MAX_SOURCE_SIDE: number;
  /** Longest side of a stylised picture, in pixels, up to 16,383. Default 2048. */
  readonly MAX_SIDE: number;
  /** Longest side of a plain thumbnail, in pixels, up to 16,383. Default 4096. */
  readonly MAX_PLAIN_SIDE: number;
  /** Bearer token of the administration; absent: administration is off. */
  readonly ADMIN_TOKEN?: string | undefined;
}

const flag = z.enum(["true", "false", "1", "0"]).optional()
  .transform((text) => text === "true" || text === "1");

const digits = (least: number, most: number): z.ZodType<number, string> =>
  z.string().regex(/^\d+$/, `must be a whole number from ${least} to ${most}`).transform(Number)
    .pipe(z.number().min(least).max(most));

const integer = (least: number, most: number, fallback: number): z.ZodType<number> =>
  digits(least, most).optional().transform((value) => value ?? fallback);

const optionalInteger = (
  least: number,
  most: number,
): z.ZodType<number | undefined> => digits(least, most).optional();

/** A text that its own reader accepts; what the reader throws says what is wrong. */
function checked<T>(read: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "" });
      return z.NEVER;
    }
  });
}

/** Entries with commas between; a list that is set but empty would allow what its setter forbids. */
function split(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length > 0) return parts;
  throw new SyntaxError("has no entry: give entries with commas between, or leave it out");
}

const list = (read: (part: string) => string): z.ZodType<string[]> =>
  checked((text) => split(text).map(read)).optional().transform((parts) => parts ?? []);

function readOrigin(text: string): string {
  const url = URL.parse(text);
  // Nothing but the origin: no path, query, fragment or user.
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new SyntaxError("must be an origin such as https://img.example.org");
}

const MEBIBYTE = 1024 * 1024;

/** The longest side of a WebP, in pixels: the smallest bound of the formats that are written. */
const MOST_SIDE = 16_383;

const FIELDS = {
  PORT: integer(0, 65535, 8000),
  HOST: z.string().default("0.0.0.0"),
  PUBLIC_URL: checked(readOrigin).optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  MODEL: z.string().regex(/^[\w-]+$/, "must be the name of a folder in models/").default("fast"),
  PROVIDER: z.enum(["auto", "wasm", "webgpu"]).default("auto"),
  COMPUTE_WORKERS: integer(0, 256, navigator.hardwareConcurrency),
  THREADS: integer(1, 64, 1),
  QUEUE_LIMIT: integer(0, 100_000, 64),
  QUEUE_BYTES: integer(MEBIBYTE, 64 * 1024 * MEBIBYTE, 1024 * MEBIBYTE),
  DEADLINE_MS: integer(100, 600_000, 20_000),
  DRAIN_MS: integer(0, 60_000, 0),
  KV_URL: z.string().min(1).default("data/pastiche.kv"),
  MEMORY_CACHE_BYTES: integer(MEBIBYTE, 1024 * 1024 * MEBIBYTE, 128 * MEBIBYTE),
  CACHE_PATH: z.string().min(1).default("data/cache.sqlite"),
  CACHE_BYTES: integer(MEBIBYTE, 1024 * 1024 * MEBIBYTE, 2048 * MEBIBYTE),
  REDIS_URL: checked((text) => (parseRedisUrl(text), text)).optional(),
  SOURCE_CACHE_BYTES: integer(MEBIBYTE, 64 * 1024 * MEBIBYTE, 64 * MEBIBYTE),
  SIGNING_KEYS: checked(parseKeys).optional().transform((keys): SigningKeys => keys ?? new Map()),
  PRESETS_FILE: z.string().min(1).optional(),
  PRESETS_ONLY: flag,
  RATE_LIMIT: optionalInteger(1, 1_000_000),
  TRUST_PROXY: flag,
  SOURCE_ALLOW: list((host) => host),
  SOURCE_ALLOW_ADDRESSES: list(checkRange),
  MAX_SOURCE_BYTES: integer(1, 1024 * MEBIBYTE, 20 * 1000 * 1000),
  MAX_SOURCE_PIXELS: integer(1, 200_000_000, 24_000_000),
  MAX_SOURCE_SIDE: integer(1, 65_535, 12_000),
  MAX_SIDE: integer(16, MOST_SIDE, 2048),
  MAX_PLAIN_SIDE: integer(16, MOST_SIDE, 4096),
  ADMIN_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
};

const SCHEMA: z.ZodType<Config> = z.object(FIELDS);

/** Settings that cannot be used; the message names every variable that is wrong. */
export class ConfigError extends Error {
  /** @param problems One line per variable. */
  constructor(problems: readonly string[]) {
    super(`Cannot start with these settings:\n${problems.map((line) => `  ${line}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

/**
 * Reads the settings.
 *
 * @param get Looks a variable up; an empty text counts as absent.
 * @returns The settings with their defaults.
 * @throws {ConfigError} Naming all variables that are wrong, not only the first.
 *
 * @example A wrong port
 * ```ts
 * import { loadConfig } from "./config.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(loadConfig(() => undefined).PORT, 8000);
 * assert.throws(() => loadConfig((name) => name === "PORT" ? "http" : undefined), /PORT/);
 * ```
 */
export function loadConfig(get: (name: string) => string | undefined): Config {
  const values: Record<string, string> = {};
  for (const name of Object.keys(FIELDS)) {
    const value = get(name)?.trim();
    if (value) values[name] = value;
  }
  const parsed = SCHEMA.safeParse(values);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new ConfigError(
    parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
  );
}
