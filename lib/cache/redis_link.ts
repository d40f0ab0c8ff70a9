import { StateLog } from "../state_log.ts";
import { CacheError } from "./errors.ts";
import {
  connectRedis,
  isReply,
  type RedisConnection,
  type RedisReply,
  type RedisWord,
} from "./redis_connection.ts";
import type { RedisLinkOptions } from "./redis_link_options.ts";
import { RedisTransfers } from "./redis_transfers.ts";
import { parseRedisUrl, type RedisTarget } from "./redis_url.ts";
import { TimeLimit } from "./time_limit.ts";

/** Milliseconds until a command is given up: far below what a picture costs. */
const COMMAND_MS = 300;
/** Milliseconds until a transfer is given up: what a picture costs. 8 MiB then need 34 Mbit/s. */
const TRANSFER_MS = 2000;
/** Milliseconds until an attempt to connect is given up: three round trips, one of them TLS. */
const CONNECT_MS = 2000;
/** Milliseconds between attempts to connect, and between looks at what other instances did. */
const BEAT_MS = 1000;

/**
 * The way to a Redis or Valkey server or cluster that may be away: commands fail at once while it
 * is, or after a short time when it hangs. Transfers of pictures may take longer, as long as it
 * answers small commands. A connection that failed once is thrown away and made anew in the
 * background, until {@linkcode RedisLink.close}.
 */
export class RedisLink {
  /** Begins every key. */
  readonly prefix: string;
  readonly #target: RedisTarget;
  readonly #options: RedisLinkOptions;
  readonly #state: StateLog;
  readonly #limit: TimeLimit;
  readonly #transfers: RedisTransfers;
  readonly #beats = new Set<() => void>();
  readonly #listeners = new Map<string, (text: string) => void>();
  readonly #timer: ReturnType<typeof setInterval>;
  #connection: RedisConnection | undefined;
  #attempt: Promise<void> | undefined;
  #tried = false;
  #wasAway = false;
  #closed = false;

  /**
   * Begins to connect.
   *
   * @param options Where to, and limits.
   * @throws {SyntaxError} If the address cannot be read.
   */
  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#target = parseRedisUrl(options.url);
    this.prefix = options.prefix ?? "pastiche:1:";
    this.#limit = new TimeLimit(options.commandTimeout ?? COMMAND_MS);
    this.#transfers = new RedisTransfers(options.transferTimeout ?? TRANSFER_MS, (key) => {
      this.command(key, ["EXISTS", key]).catch(() => {});
    });
    this.#state = new StateLog("Redis", options.log ?? (() => {}));
    this.#timer = setInterval(() => this.#beat(), options.beat ?? BEAT_MS);
    this.#reconnect();
  }

  /** Why there is no connection, else an empty string. */
  get detail(): string {
    return this.#state.detail;
  }

  /** Whether there was no connection at some time. */
  get wasAway(): boolean {
    return this.#wasAway;
  }

  /** Whether keys are on several servers: a command then takes keys of one of them only. */
  get isCluster(): boolean {
    return this.#target.cluster;
  }

  /**
   * Sends a small command with a small answer. The first ones wait for the first attempt to connect.
   *
   * @param key The key that it concerns, with the prefix.
   * @param words The command.
   * @returns The answer.
   * @throws {CacheError} If there is no connection, with the code `unavailable`.
   * @throws What the server says, or that it does not answer in time.
   */
  async command(key: string, words: readonly RedisWord[]): Promise<RedisReply> {
    return await this.#use((connection) => this.#limit.wait(connection.send(key, words)));
  }

  /**
   * Sends a command that brings or takes pictures. Transfers are done in their order, other commands
   * before or after them.
   *
   * @param key The key that it concerns, with the prefix.
   * @param words The command.
   * @returns The answer.
   * @throws As {@linkcode RedisLink.command}, and at once for some time after one that was late.
   */
  async transfer(key: string, words: readonly RedisWord[]): Promise<RedisReply> {
    if (this.#transfers.rest) throw new CacheError("unavailable", "Redis is slow");
    return await this.#use((connection) =>
      this.#transfers.wait(key, connection.transfer(key, words))
    );
  }

  /**
   * Tells the other instances something, and this one.
   *
   * @param kind Which listeners hear it, a word without a space.
   * @param text What.
   * @throws As {@linkcode RedisLink.command}.
   */
  async publish(kind: string, text: string): Promise<void> {
    await this.command(this.#channel, ["PUBLISH", this.#channel, `${kind} ${text}`]);
  }

  /**
   * Hears what is published; what comes while there is no connection is lost.
   *
   * @param kind Of what. There is one listener for each.
   * @param listener Must not throw.
   */
  listen(kind: string, listener: (text: string) => void): void {
    this.#listeners.set(kind, listener);
  }

  /**
   * Registers work to be done after every connecting and once per beat while connected.
   *
   * @param listener Must not throw.
   * @returns Takes it away again.
   */
  onBeat(listener: () => void): () => void {
    this.#beats.add(listener);
    return () => this.#beats.delete(listener);
  }

  /** Closes the connection and stops connecting. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#limit.stop();
    this.#transfers.stop();
    this.#connection?.destroy();
    this.#connection = undefined;
    await this.#attempt;
  }

  get #channel(): string {
    return `${this.prefix}events`;
  }

  #beat(): void {
    if (this.#connection === undefined) return this.#reconnect();
    for (const listener of this.#beats) listener();
  }

  #reconnect(): void {
    this.#attempt ??= this.#connect().finally(() => {
      this.#tried = true;
      this.#attempt = undefined;
    });
  }

  async #connect(): Promise<void> {
    try {
      const connection = await this.#open();
      await this.#probe(connection);
      if (this.#closed) return connection.destroy();
      this.#connection = connection;
      this.#state.works();
      this.#beat();
    } catch (error) {
      this.#wasAway = true;
      if (!this.#closed) this.#state.failed(error);
    }
  }

  async #open(): Promise<RedisConnection> {
    const { ca, connectTimeout = CONNECT_MS } = this.#options;
    return await connectRedis(this.#target, {
      timeout: connectTimeout,
      ...(ca === undefined ? {} : { ca }),
      channels: new Map([[this.#channel, (message) => this.#hear(message)]]),
      onFailure: (error) => this.#lose(this.#connection, error),
    });
  }

  /**
   * A server that connects but is too slow for commands, or takes no writes, counts as away; else it
   * would come and go. The key is none: it is a channel.
   */
  async #probe(connection: RedisConnection): Promise<void> {
    try {
      await this.#limit.wait(connection.send(this.#channel, ["DEL", this.#channel]));
    } catch (error) {
      if (isReply(error)) return;
      connection.destroy();
      throw error;
    }
  }

  async #use(
    send: (connection: RedisConnection) => Promise<RedisReply>,
  ): Promise<RedisReply> {
    if (!this.#tried) await this.#attempt;
    const connection = this.#connection;
    if (connection === undefined) throw new CacheError("unavailable", "Redis is not connected");
    try {
      return await send(connection);
    } catch (error) {
      if (!isReply(error)) this.#lose(connection, error);
      throw error;
    }
  }

  #hear(message: string): void {
    const space = message.indexOf(" ");
    this.#listeners.get(message.slice(0, space))?.(message.slice(space + 1));
  }

  #lose(connection: RedisConnection | undefined, error: unknown): void {
    if (this.#closed || connection === undefined || connection !== this.#connection) return;
    this.#connection = undefined;
    this.#wasAway = true;
    connection.destroy();
    this.#state.failed(error);
    this.#reconnect();
  }
}
