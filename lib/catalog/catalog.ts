import type { Statistics } from "../adain/mod.ts";
import { nearest } from "../nearest.ts";
import { CatalogError } from "./errors.ts";
import { assertStyleId, type StyleMetadata, type StyleRecord, versionOf } from "./record.ts";
import { Records } from "./records.ts";
import { type StylePage, StyleStore } from "./store.ts";
import { StyleStatistics } from "./style_statistics.ts";
import type { AnalyzeOptions, CatalogModel, CatalogOptions, StyleAnalysis } from "./types.ts";

/** Largest style picture, in bytes: 84 KV values. */
export const MAX_STYLE_BYTES: number = 5 * 1024 * 1024;

/** The most ids that an unknown one is compared with, in the server's own thread. */
const MAX_COMPARED = 1000;

/** Styles and their statistics: computed once per model, kept in Deno KV, shared by a fleet. */
export class Catalog {
  readonly #store: StyleStore;
  readonly #analyze: CatalogOptions["analyze"];
  readonly #records: Records;
  readonly #statistics: StyleStatistics;
  #analyses = 0;

  /** @param options KV and how to compute statistics. */
  constructor(options: CatalogOptions) {
    const log = options.log ?? (() => {});
    this.#store = new StyleStore(options.kv, { patience: options.patience, log });
    this.#analyze = (picture, model, how) => {
      this.#analyses++;
      return options.analyze(picture, model, how);
    };
    this.#statistics = new StyleStatistics(this.#store, this.#analyze);
    this.#records = new Records({ store: this.#store, life: options.recordLife ?? 500, log });
  }

  /** Statistics computed here since the start, and not found in the store. */
  get analyses(): number {
    return this.#analyses;
  }

  /**
   * Tells how the store was at the last look and the last write, and looks again behind the answer.
   *
   * @returns Whether it worked in time, and why not.
   */
  status(): { readonly ok: boolean; readonly detail: string } {
    this.#records.probe();
    this.#store.probe();
    const detail = this.#records.detail || this.#store.detail;
    return { ok: detail === "", detail };
  }

  /**
   * @param id A style's id.
   * @returns The style.
   * @throws {CatalogError} `unknown_style` if there is none, `store_unavailable` if the store is
   *   away and the style was never seen.
   */
  async get(id: string): Promise<StyleRecord> {
    const record = await this.find(id);
    if (record) return record;
    throw this.#unknown(id);
  }

  /**
   * @param id A style's id.
   * @returns The style, or null; the last known one while the store is slow or away.
   * @throws {CatalogError} `store_unavailable`.
   */
  find(id: string): Promise<StyleRecord | null> {
    return this.#records.find(id);
  }

  /**
   * Looks a style up without waiting.
   *
   * @param id A style's id.
   * @returns The style, or null, as it was moments ago; undefined where {@linkcode find} has to look.
   */
  recent(id: string): StyleRecord | null | undefined {
    return this.#records.recent(id);
  }

  /**
   * @param limit The most styles of a page, 1..1000.
   * @param cursor The cursor that the page before gave.
   * @returns One page, in the order of the ids.
   */
  list(limit: number, cursor?: string): Promise<StylePage> {
    return this.#store.list(limit, cursor);
  }

  /**
   * Registers a style, or replaces it. The same picture again changes nothing, unless other metadata
   * come with it.
   *
   * @param id The id.
   * @param picture The encoded picture, up to {@linkcode MAX_STYLE_BYTES}.
   * @param options Metadata (default: those of the same picture, else the id as the title), who
   *   brings it, and the model whose statistics are computed at once, unless they are known.
   * @returns The style and whether anything changed.
   * @throws {CatalogError} `invalid_style`, `style_too_large` or `store_unavailable`.
   * @throws {ImageError} If the picture is refused.
   */
  async put(
    id: string,
    picture: Uint8Array<ArrayBuffer>,
    options: {
      readonly metadata?: StyleMetadata | undefined;
      readonly origin: StyleRecord["origin"];
      readonly model: CatalogModel;
      readonly known?: StyleAnalysis | undefined;
    },
  ): Promise<{ record: StyleRecord; changed: boolean; created: boolean }> {
    assertStyleId(id);
    if (picture.length > MAX_STYLE_BYTES) {
      throw new CatalogError(
        "style_too_large",
        `Cannot store a style picture of ${picture.length} bytes: up to ${MAX_STYLE_BYTES}`,
      );
    }
    const { metadata, origin, model } = options;
    const version = await versionOf(picture);
    const unchanged = async (): Promise<StyleRecord | null> => {
      const before = await this.#store.get(id);
      if (before?.version !== version) return null;
      return metadata === undefined || sameMetadata(before, metadata) ? before : null;
    };
    const same = await unchanged();
    if (same) return { record: same, changed: false, created: false };
    return await this.#store.claimed([model.version, version], async () => {
      // Another instance that had the claim may have registered the style meanwhile.
      const registered = await unchanged();
      if (registered) return { record: registered, changed: false, created: false };
      const { statistics, width, height } = options.known ?? await this.#analyze(picture, model);
      const record: StyleRecord = {
        id,
        ...metadata ?? { title: id },
        origin,
        version,
        picture: { bytes: picture.length, width, height },
        updatedAt: new Date().toISOString(),
      };
      await this.#statistics.put(version, model, statistics);
      const created = await this.#store.put(record, picture);
      this.#records.remember(id, record);
      return { record, changed: true, created };
    });
  }

  /**
   * Registers a style of which only statistics are known.
   *
   * @param id The id.
   * @param statistics Its statistics for one model.
   * @param options Metadata, version of the statistics, and their model.
   */
  async putStatistics(
    id: string,
    statistics: Statistics,
    options: {
      readonly metadata: StyleMetadata;
      readonly version: string;
      readonly model: CatalogModel;
    },
  ): Promise<void> {
    assertStyleId(id);
    const { metadata, version, model } = options;
    await this.#statistics.put(version, model, statistics);
    const before = await this.#store.get(id);
    if (before?.version === version && sameMetadata(before, metadata)) return;
    const updatedAt = new Date().toISOString();
    const record: StyleRecord = { id, ...metadata, origin: "builtin", version, updatedAt };
    await this.#store.put(record);
    this.#records.remember(id, record);
  }

  /**
   * Removes a style.
   *
   * @param id The id.
   * @throws {CatalogError} `unknown_style` or `store_unavailable`.
   */
  async delete(id: string): Promise<void> {
    const isGone = await this.#store.delete(id);
    this.#records.remember(id, null);
    if (!isGone) throw this.#unknown(id);
  }

  /**
   * @param record A style.
   * @returns Its picture's bytes, or null where only statistics are known.
   */
  picture(record: StyleRecord): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#store.picture(record);
  }

  /** Whether an administrator removed the built-in style with this id. */
  wasRemoved(id: string): Promise<boolean> {
    return this.#store.wasRemoved(id);
  }

  /**
   * The statistics of a style: from memory, else from KV, else those that are known, else computed
   * from the stored picture by one instance of the fleet.
   *
   * @param record The style.
   * @param model The model.
   * @param known Its statistics for that model, where the caller has them.
   * @returns Statistics for that model.
   * @throws {CatalogError} `style_unavailable` if only statistics of other models are known.
   */
  statistics(record: StyleRecord, model: CatalogModel, known?: Statistics): Promise<Statistics> {
    return this.#statistics.ofStyle(record, model, known);
  }

  /**
   * The statistics of a picture that is no style of the catalog; kept by the picture's hash,
   * in memory only.
   *
   * @param picture The encoded picture.
   * @param model The model.
   * @param options Signal of the caller, and what the computation holds.
   * @returns Statistics for that model, and the picture's version.
   * @throws {ImageError} If the picture is refused.
   * @throws The signal's reason, when the caller left. The computation stops with its last caller.
   */
  statisticsOf(
    picture: Uint8Array<ArrayBuffer>,
    model: CatalogModel,
    options: AnalyzeOptions = {},
  ): Promise<{ statistics: Statistics; version: string }> {
    return this.#statistics.ofPicture(picture, model, options);
  }

  #unknown(id: string): CatalogError {
    const near = nearest(id, this.#records.ids().slice(0, MAX_COMPARED));
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    return new CatalogError("unknown_style", `There is no style "${id.slice(0, 80)}"${hint}`);
  }
}

function sameMetadata(record: StyleRecord, metadata: StyleMetadata): boolean {
  return record.title === metadata.title && record.artist === metadata.artist &&
    record.year === metadata.year && record.licence === metadata.licence &&
    record.description === metadata.description;
}
