import { LRUCache } from "lru-cache";
import type { Statistics } from "../adain/mod.ts";
import { CatalogError } from "./errors.ts";
import { type StyleRecord, versionOf } from "./record.ts";
import { GLANCE } from "./records.ts";
import type { StyleStore } from "./store.ts";
import type { CatalogModel, CatalogOptions } from "./types.ts";

/** Statistics kept in memory: 1000 styles of 3 or 4 KiB are 4 MB. */
const MAX_STATISTICS = 1000;

/** Statistics of pictures that no style owns (`style_url`) are kept for 30 days. */
const LOOSE_LIFE = 30 * 24 * 3600 * 1000;

/** What {@linkcode StyleStatistics} work with. */
export interface StyleStatisticsOptions {
  /** Where they are kept. */
  readonly store: StyleStore;
  /** Computes them. */
  readonly analyze: CatalogOptions["analyze"];
  /** Tells whether the store was slow or away at the last look. */
  readonly isAway: () => boolean;
}

/** The statistics of pictures by model: known, stored, or computed once. */
export class StyleStatistics {
  readonly #store: StyleStore;
  readonly #analyze: CatalogOptions["analyze"];
  readonly #isAway: () => boolean;
  readonly #statistics = new LRUCache<string, Statistics>({ max: MAX_STATISTICS });
  readonly #computing = new Map<string, Promise<Statistics>>();

  /** @param options Store, and how to compute statistics. */
  constructor({ store, analyze, isAway }: StyleStatisticsOptions) {
    this.#store = store;
    this.#analyze = analyze;
    this.#isAway = isAway;
  }

  /**
   * Stores what is known of a picture.
   *
   * @param version Hash of the picture.
   * @param model The model.
   * @param statistics Its statistics for that model.
   */
  async put(version: string, model: CatalogModel, statistics: Statistics): Promise<void> {
    await this.#store.putStatistics(model, version, { statistics });
    this.#statistics.set(statisticsKey(version, model), statistics);
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
  ofStyle(record: StyleRecord, model: CatalogModel, known?: Statistics): Promise<Statistics> {
    return this.#once(record.version, model, () => this.#fromStore(record, model, known));
  }

  /**
   * The statistics of a picture that is no style of the catalog; kept by the picture's hash.
   *
   * @param picture The encoded picture.
   * @param model The model.
   * @returns Statistics for that model, and the picture's version.
   * @throws {ImageError} If the picture is refused.
   */
  async ofPicture(
    picture: Uint8Array<ArrayBuffer>,
    model: CatalogModel,
  ): Promise<{ statistics: Statistics; version: string }> {
    const version = await versionOf(picture);
    const statistics = await this.#once(version, model, async () => {
      const stored = await this.#glance(version, model);
      if (stored) return stored;
      const analysis = await this.#analyze(picture, model);
      const value = { statistics: analysis.statistics, expireIn: LOOSE_LIFE };
      // The picture can be painted without the store: it is computed again next time. Nobody waits
      // for a store that is away.
      this.#store.putStatistics(model, version, value).catch(() => {});
      return analysis.statistics;
    });
    return { statistics, version };
  }

  /** What is stored, where the store says so at once: a picture can be painted without it. */
  async #glance(version: string, model: CatalogModel): Promise<Statistics | null> {
    if (this.#isAway()) return null;
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), GLANCE);
    try {
      return await Promise.race([this.#store.statistics(model, version), late.promise]);
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  async #once(
    version: string,
    model: CatalogModel,
    find: () => Promise<Statistics>,
  ): Promise<Statistics> {
    const key = statisticsKey(version, model);
    const known = this.#statistics.get(key);
    if (known) return known;
    const computing = this.#computing.get(key) ?? find();
    this.#computing.set(key, computing);
    try {
      const statistics = await computing;
      this.#statistics.set(key, statistics);
      return statistics;
    } finally {
      this.#computing.delete(key);
    }
  }

  async #fromStore(
    record: StyleRecord,
    model: CatalogModel,
    known: Statistics | undefined,
  ): Promise<Statistics> {
    const stored = await this.#store.statistics(model, record.version);
    if (stored) return stored;
    let isClaimed = false;
    const compute = async (): Promise<Statistics> => {
      isClaimed = true;
      // Another instance that had the claim has stored them.
      const computed = await this.#store.statistics(model, record.version);
      if (computed) return computed;
      const statistics = known ?? await this.#measure(record, model);
      // A picture can be painted although they cannot be kept: they are computed again next time.
      await this.#store.putStatistics(model, record.version, { statistics }).catch(() => {});
      return statistics;
    };
    try {
      return await this.#store.claimed([model.version, record.version], compute);
    } catch (error) {
      // A store that takes no claim takes no statistics either, and a picture can be painted.
      if (isClaimed) throw error;
      return known ?? await this.#measure(record, model);
    }
  }

  async #measure(record: StyleRecord, model: CatalogModel): Promise<Statistics> {
    const picture = await this.#store.picture(record);
    if (picture) return (await this.#analyze(picture, model)).statistics;
    throw new CatalogError(
      "style_unavailable",
      `The style "${record.id}" ships as statistics and has none for the model "${model.name}"`,
    );
  }
}

function statisticsKey(version: string, model: CatalogModel): string {
  return `${model.version}/${version}`;
}
