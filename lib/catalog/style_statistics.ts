import { LRUCache } from "lru-cache";
import type { Statistics } from "../adain/mod.ts";
import { localSingleFlight } from "../single_flight.ts";
import { CatalogError } from "./errors.ts";
import { type StyleRecord, versionOf } from "./record.ts";
import type { StyleStore } from "./store.ts";
import type { AnalyzeOptions, CatalogModel, CatalogOptions } from "./types.ts";

/** Statistics kept in memory, of styles and of other pictures: 1000 of 3 or 4 KiB are 4 MB. */
const MAX_STATISTICS = 1000;

/** The statistics of pictures by model: known, stored, or computed once. */
export class StyleStatistics {
  readonly #store: StyleStore;
  readonly #analyze: CatalogOptions["analyze"];
  readonly #statistics = new LRUCache<string, Statistics>({ max: MAX_STATISTICS });
  readonly #computing = new Map<string, Promise<Statistics>>();
  /** Of pictures that no style owns, which anybody may bring: the store would grow without end. */
  readonly #loose = new LRUCache<string, Statistics>({ max: MAX_STATISTICS });
  readonly #looking = localSingleFlight<Statistics>();

  /**
   * @param store Where they are kept.
   * @param analyze Computes them.
   */
  constructor(store: StyleStore, analyze: CatalogOptions["analyze"]) {
    this.#store = store;
    this.#analyze = analyze;
  }

  /**
   * Stores what is known of a picture.
   *
   * @param version Hash of the picture.
   * @param model The model.
   * @param statistics Its statistics for that model.
   */
  async put(version: string, model: CatalogModel, statistics: Statistics): Promise<void> {
    await this.#store.putStatistics(model, version, statistics);
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
  async ofPicture(
    picture: Uint8Array<ArrayBuffer>,
    model: CatalogModel,
    { signal = new AbortController().signal, ...cost }: AnalyzeOptions,
  ): Promise<{ statistics: Statistics; version: string }> {
    const version = await versionOf(picture);
    const key = statisticsKey(version, model);
    const look = async (working: AbortSignal): Promise<Statistics> => {
      const { statistics } = await this.#analyze(picture, model, { ...cost, signal: working });
      this.#loose.set(key, statistics);
      return statistics;
    };
    const known = this.#statistics.get(key) ?? this.#loose.get(key);
    return { statistics: known ?? await this.#looking.run(key, look, signal), version };
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
      await this.#store.putStatistics(model, record.version, statistics).catch(() => {});
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
