import { LRUCache } from "lru-cache";
import { type StateLines, StateLog } from "../state_log.ts";
import { isStyleId, type StyleRecord } from "./record.ts";
import type { StyleStore } from "./store.ts";

/** Records kept in memory, also to serve them while the store is away. */
const MAX_RECORDS = 10_000;

/** Milliseconds that a known record waits for a look into the store before it serves as it is. */
const GLANCE = 500;

/** An id that no style may have: looking it up tells how the store is. */
const PROBE = "none";

/** What a {@linkcode Records} works with. */
export interface RecordsOptions {
  /** Where the records are. */
  readonly store: StyleStore;
  /** Milliseconds that a record is used without looking again. */
  readonly life: number;
  /** Told when the store fails or is slow, and when it works again, once each. */
  readonly log: StateLines;
}

interface Look {
  readonly answer: Promise<StyleRecord | null>;
  /** Settles when the answer is late. */
  readonly late: Promise<void>;
}

/** The records of styles in memory, looked up again and again: a slow store delays no known one. */
export class Records {
  readonly #store: StyleStore;
  readonly #life: number;
  readonly #state: StateLog;
  readonly #looks = new Map<string, Look>();
  readonly #known = new LRUCache<string, { record: StyleRecord | null; at: number }>({
    max: MAX_RECORDS,
  });

  /** @param options Store, life and log. */
  constructor({ store, life, log }: RecordsOptions) {
    this.#store = store;
    this.#life = life;
    this.#state = new StateLog("store of styles", log);
  }

  /** Why the last look into the store failed or was late, else an empty string. */
  get detail(): string {
    return this.#state.detail;
  }

  /**
   * @param id A style's id.
   * @returns The style, or null; the last known one while the store is slow or away.
   * @throws {CatalogError} `store_unavailable`.
   */
  async find(id: string): Promise<StyleRecord | null> {
    if (!isStyleId(id)) return null;
    const recent = this.recent(id);
    if (recent !== undefined) return recent;
    const known = this.#known.get(id);
    const { answer, late } = this.#looks.get(id) ?? this.#look(id);
    // That there was no style is no answer: somebody may have registered it meanwhile.
    if (!known?.record) return await answer;
    if (this.detail !== "") return known.record;
    return await Promise.race([answer, late.then(() => known.record)]).catch(() => known.record);
  }

  /**
   * @param id A style's id.
   * @returns The style, or null, as it was moments ago; undefined where the store has to be asked.
   */
  recent(id: string): StyleRecord | null | undefined {
    const known = this.#known.get(id);
    const isRecent = known && performance.now() - known.at < this.#life;
    return isRecent ? known.record : undefined;
  }

  /** @returns Ids of the styles that are in memory, the last used first. */
  ids(): string[] {
    return [...this.#known].filter(([, { record }]) => record).map(([id]) => id);
  }

  /** Looks how the store is, unless that is known; {@linkcode detail} tells later. */
  probe(): void {
    this.find(PROBE).catch(() => {}); // told by the detail
  }

  /**
   * @param id A style's id.
   * @param record What is in the store by now.
   */
  remember(id: string, record: StyleRecord | null): void {
    this.#known.set(id, { record, at: performance.now() });
  }

  #look(id: string): Look {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#state.failed(new Error(`no answer in ${GLANCE} ms`));
      late.resolve();
    }, GLANCE);
    const answer = this.#ask(id).finally(() => {
      clearTimeout(timer);
      this.#looks.delete(id);
    });
    answer.catch(() => {}); // a known record may have served instead
    const look = { answer, late: late.promise };
    this.#looks.set(id, look);
    return look;
  }

  async #ask(id: string): Promise<StyleRecord | null> {
    const start = performance.now();
    try {
      const record = await this.#store.get(id);
      // Somebody may have changed the style here while the store was asked.
      if ((this.#known.peek(id)?.at ?? 0) <= start) this.remember(id, record);
      if (performance.now() - start < GLANCE) this.#state.works();
      return record;
    } catch (error) {
      this.#state.failed(error instanceof Error ? error.cause ?? error : error);
      throw error;
    }
  }
}
