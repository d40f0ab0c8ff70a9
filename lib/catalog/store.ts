import {
  packStatistics,
  type Statistics,
  type StyleShape,
  unpackStatistics,
} from "../adain/mod.ts";
import { type StateLines, StateLog } from "../state_log.ts";
import { Claims } from "./claims.ts";
import { CatalogError } from "./errors.ts";
import { Patience } from "./patience.ts";
import type { StyleRecord } from "./record.ts";

/** Bytes of one picture part: a KV value may have 65,536 with its own overhead. */
const PART = 60_000;

/** Limit and log of a {@linkcode StyleStore}. */
export interface StyleStoreOptions {
  /** Milliseconds that KV may take for one answer. Default: any. */
  readonly patience?: number | undefined;
  /** Told when writing fails and when it works again, once each. */
  readonly log: StateLines;
}

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
 * `["statistics", style version, model version]` packed statistics, 4 bytes per number ·
 * `["removed", id]` built-in styles that an administrator took away ·
 * `["claims", model version, style version]` who computes statistics at the moment ·
 * `["probe"]` written to see whether writing works.
 */
export class StyleStore {
  readonly #kv: Deno.Kv;
  readonly #patience: Patience;
  readonly #claims: Claims;
  readonly #writes: StateLog;
  #isProbing = false;

  /**
   * @param kv An open Deno KV; it stays owned by the caller.
   * @param options Limit and log.
   */
  constructor(kv: Deno.Kv, options: StyleStoreOptions) {
    this.#kv = kv;
    this.#patience = new Patience(options.patience ?? Infinity);
    this.#writes = new StateLog("writing styles", options.log);
    this.#claims = new Claims(kv, {
      read: (task) => this.#try(task),
      write: (task) => this.#write(task),
    });
  }

  /** Why the last write failed, else an empty string. */
  get detail(): string {
    return this.#writes.detail;
  }

  /** Tries whether writing works again where it failed; {@linkcode detail} tells later. */
  probe(): void {
    if (this.detail === "" || this.#isProbing) return;
    this.#isProbing = true;
    void this.#write(() => this.#kv.set(["probe"], new Uint8Array(PART)))
      .then(() => this.#writes.works(), () => {}) // told by the detail
      .finally(() => this.#isProbing = false);
  }

  /** @returns The style, or null. */
  async get(id: string): Promise<StyleRecord | null> {
    return (await this.#entry(id)).value;
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
   * @returns Whether there was none before.
   */
  async put(record: StyleRecord, picture?: Uint8Array): Promise<boolean> {
    const { id, version } = record;
    for (;;) {
      const before = await this.#entry(id);
      const replaced = before.value?.version === version ? null : before.value;
      const old = replaced ? await this.#belongings(replaced) : [];
      for (let at = 0; picture && at < picture.length; at += PART) {
        const part = picture.slice(at, at + PART);
        await this.#write(() => this.#kv.set(["pictures", id, version, at / PART], part));
      }
      const change = this.#kv.atomic().check(before).set(["styles", id], record)
        .delete(["removed", id]);
      const { ok } = await this.#write(() => change.commit());
      // Somebody changed the style meanwhile, and may have taken the new parts away.
      if (!ok) continue;
      this.#writes.works();
      await this.#deleteUnchanged(old);
      return before.value === null;
    }
  }

  /**
   * Removes a style, its picture and its statistics, and remembers it if it was built in.
   *
   * @param id The style to remove.
   * @returns Whether there was one.
   */
  async delete(id: string): Promise<boolean> {
    for (;;) {
      const before = await this.#entry(id);
      if (!before.value) return false;
      const { origin, version } = before.value;
      const old = await this.#belongings(before.value);
      const change = this.#kv.atomic().check(before).delete(before.key);
      if (origin === "builtin") change.set(["removed", id], version);
      const { ok } = await this.#write(() => change.commit());
      if (!ok) continue;
      await this.#deleteUnchanged(old);
      return true;
    }
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
   * @param model Version of the model, and how many numbers a style has.
   * @param version Version of the style.
   * @returns The statistics, or null where they were not computed.
   */
  async statistics(
    model: StyleShape & { readonly version: string },
    version: string,
  ): Promise<Statistics | null> {
    const key = ["statistics", version, model.version];
    const { value } = await this.#try(() => this.#kv.get<Uint8Array>(key));
    return value && unpackStatistics(value, model);
  }

  /** Stores statistics. */
  async putStatistics(
    model: { readonly version: string },
    version: string,
    statistics: Statistics,
  ): Promise<void> {
    const key = ["statistics", version, model.version];
    await this.#write(() => this.#kv.set(key, packStatistics(statistics)));
  }

  /**
   * Runs a task that only one instance of the fleet shall run at a time.
   *
   * @param key Model version and style version that the task computes statistics of.
   * @param task The task; another instance may have done it while this one waited.
   * @returns Its result.
   */
  claimed<T>(key: readonly [string, string], task: () => Promise<T>): Promise<T> {
    return this.#claims.run(key, task);
  }

  #entry(id: string): Promise<Deno.KvEntryMaybe<StyleRecord>> {
    return this.#try(() => this.#kv.get<StyleRecord>(["styles", id]));
  }

  /**
   * What goes with a record: all pictures under its id, and its statistics (another style of the
   * same picture computes them again). It is listed before the record goes: a picture that is stored
   * later belongs to the next record.
   */
  #belongings({ id, version }: StyleRecord): Promise<Deno.KvEntry<unknown>[]> {
    return this.#try(async () => [
      ...await Array.fromAsync(this.#kv.list({ prefix: ["pictures", id] })),
      ...await Array.fromAsync(this.#kv.list({ prefix: ["statistics", version] })),
    ]);
  }

  async #deleteUnchanged(entries: readonly Deno.KvEntry<unknown>[]): Promise<void> {
    for (const entry of entries) {
      // Somebody may have written it anew meanwhile: then it belongs to another picture.
      const change = this.#kv.atomic().check(entry).delete(entry.key);
      await this.#write(() => change.commit());
    }
  }

  async #write<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await this.#try(task);
    } catch (error) {
      this.#writes.failed(error instanceof Error ? error.cause : error);
      throw error;
    }
  }

  async #try<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await this.#patience.run(task);
    } catch (cause) {
      throw new CatalogError("store_unavailable", "Cannot reach the catalog's store", { cause });
    }
  }
}
