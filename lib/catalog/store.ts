import { packStatistics, type Statistics, unpackStatistics } from "../adain/mod.ts";
import { CatalogError } from "./errors.ts";
import type { StyleRecord } from "./record.ts";

/** Bytes of one picture part: a KV value may have 65,536 with its own overhead. */
const PART = 60_000;

/** One page of the catalog. */
export interface StylePage {
  /** Styles in the order of their ids. */
  readonly styles: readonly StyleRecord[];
  /** Id that the next page starts at; absent on the last. */
  readonly cursor?: string;
}

/**
 * The catalog's keys in Deno KV:
 * `["styles", id]` records · `["pictures", id, version, part]` pictures ·
 * `["statistics", model version, style version]` packed statistics, 8 bytes per channel ·
 * `["removed", id]` built-in styles that an administrator took away ·
 * `["claims", model version, style version]` who computes statistics at the moment.
 */
export class StyleStore {
  readonly #kv: Deno.Kv;

  /** @param kv An open Deno KV; it stays owned by the caller. */
  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** @returns The style, or null. */
  async get(id: string): Promise<StyleRecord | null> {
    return (await this.#try(() => this.#kv.get<StyleRecord>(["styles", id]))).value;
  }

  /**
   * @param limit The most styles of the page.
   * @param cursor Id that the page starts at.
   * @returns One page.
   */
  list(limit: number, cursor?: string): Promise<StylePage> {
    return this.#try(async () => {
      const start = cursor === undefined ? {} : { start: ["styles", cursor] };
      const entries = this.#kv.list<StyleRecord>({ prefix: ["styles"], ...start }, {
        limit: limit + 1,
      });
      const styles: StyleRecord[] = [];
      for await (const entry of entries) styles.push(entry.value);
      const next = styles[limit]?.id;
      return next === undefined ? { styles } : { styles: styles.slice(0, limit), cursor: next };
    });
  }

  /**
   * Stores a style; the record appears last, so that a reader never sees half a picture.
   *
   * @param record The style.
   * @param picture Its bytes, where there is one.
   */
  async put(record: StyleRecord, picture?: Uint8Array): Promise<void> {
    const { id, version } = record;
    await this.#try(async () => {
      const before = (await this.#kv.get<StyleRecord>(["styles", id])).value;
      for (let at = 0; picture && at < picture.length; at += PART) {
        await this.#kv.set(["pictures", id, version, at / PART], picture.slice(at, at + PART));
      }
      await this.#kv.atomic().set(["styles", id], record).delete(["removed", id]).commit();
      if (before && before.version !== version) {
        await this.#deleteAll(["pictures", id, before.version]);
      }
    });
  }

  /**
   * Removes a style and its picture, and remembers it if it was built in.
   *
   * @param record The style to remove.
   */
  async delete(record: StyleRecord): Promise<void> {
    await this.#try(async () => {
      const change = this.#kv.atomic().delete(["styles", record.id]);
      if (record.origin === "builtin") change.set(["removed", record.id], record.version);
      await change.commit();
      await this.#deleteAll(["pictures", record.id]);
    });
  }

  /** @returns Whether an administrator removed the built-in style. */
  async wasRemoved(id: string): Promise<boolean> {
    return (await this.#try(() => this.#kv.get(["removed", id]))).value !== null;
  }

  /**
   * Reads a style's picture.
   *
   * @param record The style.
   * @returns Its bytes, or null where none is stored.
   * @throws {CatalogError} `store_unavailable` if parts are missing.
   */
  async picture(record: StyleRecord): Promise<Uint8Array<ArrayBuffer> | null> {
    const { id, version, picture } = record;
    if (!picture) return null;
    return await this.#try(async () => {
      const bytes = new Uint8Array(picture.bytes);
      let length = 0;
      for await (
        const { value } of this.#kv.list<Uint8Array>({ prefix: ["pictures", id, version] })
      ) {
        if (length + value.length > bytes.length) break;
        bytes.set(value, length);
        length += value.length;
      }
      if (length !== bytes.length) {
        throw new RangeError(`the picture of "${id}" has ${length} of ${bytes.length} bytes`);
      }
      return bytes;
    });
  }

  /**
   * @param model Version and channels of the model.
   * @param version Version of the style.
   * @returns The statistics, or null where they were not computed.
   */
  async statistics(
    model: { readonly version: string; readonly channels: number },
    version: string,
  ): Promise<Statistics | null> {
    const key = ["statistics", model.version, version];
    const { value } = await this.#try(() => this.#kv.get<Uint8Array>(key));
    return value && unpackStatistics(value, model.channels);
  }

  /** Stores statistics; `expireIn` milliseconds for those that no style of the catalog owns. */
  async putStatistics(
    model: { readonly version: string },
    version: string,
    value: { readonly statistics: Statistics; readonly expireIn?: number },
  ): Promise<void> {
    const { statistics, expireIn } = value;
    const key = ["statistics", model.version, version];
    const options = expireIn === undefined ? {} : { expireIn };
    await this.#try(() => this.#kv.set(key, packStatistics(statistics), options));
  }

  /**
   * Claims the computing of statistics for this instance.
   *
   * @param key Model version and style version.
   * @param milliseconds After which the claim may be taken over.
   * @returns Whether this instance shall compute.
   */
  async claim(key: readonly [string, string], milliseconds: number): Promise<boolean> {
    const claim = ["claims", ...key];
    return await this.#try(async () => {
      const entry = await this.#kv.get<number>(claim);
      // KV's own expiry is lazy, so the time is kept in the value too.
      if (entry.value !== null && entry.value > Date.now()) return false;
      const until = Date.now() + milliseconds;
      const change = this.#kv.atomic().check(entry).set(claim, until, { expireIn: milliseconds });
      return (await change.commit()).ok;
    });
  }

  /** Gives a claim back. */
  async release(key: readonly [string, string]): Promise<void> {
    await this.#try(() => this.#kv.delete(["claims", ...key]));
  }

  async #deleteAll(prefix: Deno.KvKey): Promise<void> {
    for await (const { key } of this.#kv.list({ prefix })) await this.#kv.delete(key);
  }

  async #try<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (cause) {
      throw new CatalogError("store_unavailable", "Cannot reach the catalog's store", { cause });
    }
  }
}
