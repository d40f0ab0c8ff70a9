/** Where a Redis or Valkey is and how to speak to it. */
export interface RedisTarget {
  /** Whether it is a cluster, of which `nodes` are some. */
  readonly cluster: boolean;
  /** Whether to speak TLS. */
  readonly tls: boolean;
  /** At least one address. */
  readonly nodes: readonly RedisAddress[];
  /** ACL user; without one the password is that of the user `default`. */
  readonly username?: string;
  /** The password. */
  readonly password?: string;
  /** Database number, 0 by default; a cluster has only 0. */
  readonly database: number;
}

/** A host and a port. */
export interface RedisAddress {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

const DEFAULT_PORT = 6379;
const SHAPE = /^(redis|rediss|redis-cluster|rediss-cluster):\/\/([^/?#]*)(?:\/(\d{0,5}))?$/;

/**
 * Reads `redis[s][-cluster]://[[user]:password@]host[:port][,host[:port]…][/database]`. Several
 * hosts mean a cluster; each may repeat the scheme. User and password are percent-encoded.
 *
 * @param text The setting.
 * @returns Where to connect.
 * @throws {SyntaxError} If it has another shape. The message leaves the text out: it holds a password.
 *
 * @example A cluster of two known hosts
 * ```ts
 * import { parseRedisUrl } from "./redis_url.ts";
 * import assert from "node:assert/strict";
 *
 * const target = parseRedisUrl("rediss-cluster://:secret@a.internal:7000,b.internal");
 * assert.equal(target.cluster && target.tls, true);
 * assert.deepEqual(target.nodes[1], { host: "b.internal", port: 6379 });
 * ```
 */
export function parseRedisUrl(text: string): RedisTarget {
  const [first = "", ...others] = text.trim().split(/\s*,\s*/);
  const database = /\/\d{0,5}$/.exec(others.at(-1) ?? "")?.[0] ?? "";
  const [, scheme, authority = "", number = ""] = SHAPE.exec(first + database) ?? fail();
  const at = authority.lastIndexOf("@");
  const hosts = [authority.slice(at + 1), ...others.map((other) => hostOf(other, database))];
  const cluster = scheme?.endsWith("-cluster") === true || hosts.length > 1;
  if (cluster && Number(number) !== 0) fail();
  return {
    cluster,
    tls: scheme?.startsWith("rediss") === true,
    nodes: hosts.map(addressOf),
    ...credentialsOf(authority.slice(0, Math.max(at, 0))),
    database: Number(number),
  };
}

function hostOf(text: string, database: string): string {
  const bare = text.slice(0, text.length - database.length).replace(/^rediss?(-cluster)?:\/\//, "");
  return bare.slice(bare.lastIndexOf("@") + 1);
}

function addressOf(text: string): RedisAddress {
  const [, ipv6, name, port] =
    /^(?:\[([\da-fA-F:.]+)\]|([^\s:@[\]/]+))(?::(\d{1,5}))?$/.exec(text) ??
      fail();
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (number < 1 || number > 65_535) fail();
  return { host: ipv6 ?? name ?? fail(), port: number };
}

function credentialsOf(text: string): Pick<RedisTarget, "username" | "password"> {
  if (text === "") return {};
  const colon = text.indexOf(":");
  const username = decode(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? "" : decode(text.slice(colon + 1));
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail();
  }
}

function fail(): never {
  throw new SyntaxError(
    "Cannot read the address of Redis: redis://[user:password@]host[:port][/database] is needed, " +
      "rediss:// for TLS, redis-cluster:// or several hosts for a cluster",
  );
}
