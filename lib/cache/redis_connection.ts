import { Buffer } from "node:buffer";
import { createClient, createCluster, ErrorReply, RESP_TYPES } from "redis";
import { inTime } from "../in_time.ts";
import type { RedisTarget } from "./redis_url.ts";

/** What Redis answers; strings are bytes. */
export type RedisReply = Buffer | string | number | bigint | boolean | null | readonly RedisReply[];

/** A word of a command. */
export type RedisWord = string | Buffer;

/**
 * Two connections to a server, or to each node of a cluster: small answers do not wait behind large
 * ones. They fail together and never reconnect by themselves.
 */
export interface RedisConnection {
  /**
   * Sends a command.
   *
   * @param key The key that says which node of a cluster is asked.
   * @param words The command.
   * @returns The answer.
   * @throws What the server says, or that the connection is gone.
   */
  send(key: string, words: readonly RedisWord[]): Promise<RedisReply>;
  /** As {@linkcode RedisConnection.send}, on the connection for what is large. */
  transfer(key: string, words: readonly RedisWord[]): Promise<RedisReply>;
  /** Closes both at once. */
  destroy(): void;
}

/** Settings of {@linkcode connectRedis}. */
export interface ConnectOptions {
  /** Milliseconds until an attempt is given up. */
  readonly timeout: number;
  /** Certificates to trust, PEM. Default: those of the system. */
  readonly ca?: string;
  /** Channels and who hears their messages. */
  readonly channels: ReadonlyMap<string, (message: string) => void>;
  /** Called when the connection has failed. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Bytes as bytes: pictures are no text. No time limit of the client's: it makes a timer for each
 * command, and callers have their own.
 */
const OPTIONS = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer }, timeout: 0 };
/** More than a burst of requests sends; a server that takes nothing must not fill the memory. */
const MAX_QUEUE = 2000;

/**
 * Connects and subscribes.
 *
 * @param target Where to.
 * @param options Time limit and listeners.
 * @returns The connection, ready for commands.
 * @throws If that does not succeed in time.
 */
export async function connectRedis(
  target: RedisTarget,
  options: ConnectOptions,
): Promise<RedisConnection> {
  const clientOf = target.cluster ? clusterOf : serverOf;
  const [small, large] = [clientOf(target, options), clientOf(target, options)];
  const destroy = (): void => {
    small.destroy();
    large.destroy();
  };
  try {
    await inTime(Promise.all([open(small, options), large.connect()]), options.timeout);
    return { send: small.send, transfer: large.send, destroy };
  } catch (error) {
    destroy();
    throw error;
  }
}

/**
 * @param error A failure of {@linkcode RedisConnection.send}.
 * @returns Whether the server said so; else the connection failed, or leads to a server that is
 * the primary no more since a failover.
 */
export function isReply(error: unknown): boolean {
  return error instanceof ErrorReply && !/\bREADONLY\b/.test(error.message);
}

/** One connection to a server, or one to each node of a cluster. */
interface Client {
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  send(key: string, words: readonly RedisWord[]): Promise<RedisReply>;
  destroy(): void;
}

async function open(client: Client, options: ConnectOptions): Promise<void> {
  await client.connect();
  for (const [channel, listener] of options.channels) await client.subscribe(channel, listener);
}

function serverOf(target: RedisTarget, options: ConnectOptions): Client {
  const client = createClient({
    ...sharedSettings(target),
    database: target.database,
    socket: { ...socketSettings(target, options), ...target.nodes[0] },
  });
  client.on("error", options.onFailure);
  return {
    connect: () => client.connect(),
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    send: (_key, words) => client.sendCommand<RedisReply>(words, OPTIONS),
    destroy: () => client.destroy(),
  };
}

function clusterOf(target: RedisTarget, options: ConnectOptions): Client {
  const socket = socketSettings(target, options);
  const cluster = createCluster({
    rootNodes: target.nodes.map((node) => ({ socket: { ...socket, ...node } })),
    defaults: { ...sharedSettings(target), socket },
    // A node that hangs then fails its own keys only.
    minimizeConnections: true,
  });
  cluster.on("error", options.onFailure);
  return {
    connect: () => cluster.connect(),
    subscribe: (channel, listener) => cluster.subscribe(channel, listener),
    send: (key, words) => cluster.sendCommand<RedisReply>(key, false, [...words], OPTIONS),
    destroy: () => cluster.destroy(),
  };
}

function sharedSettings(target: RedisTarget) {
  const { username, password } = target;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUE,
    maintNotifications: "disabled" as const,
    name: "pastiche",
  };
}

function socketSettings(target: RedisTarget, options: ConnectOptions) {
  const shared = { connectTimeout: options.timeout, reconnectStrategy: false as const };
  if (!target.tls) return shared;
  return { ...shared, tls: true as const, ...(options.ca ? { ca: options.ca } : {}) };
}
