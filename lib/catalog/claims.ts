/** Milliseconds without a renewal after which a claim counts as given up: its instance is gone. */
const LIFE = 10_000;

/** Milliseconds between two tries to get a claim that another instance has. */
const POLL = 100;

/** What {@linkcode Claims} work with. */
export interface ClaimsOptions {
  /** Runs what reads from the store. */
  readonly read: <T>(task: () => Promise<T>) => Promise<T>;
  /** Runs what writes to the store. */
  readonly write: <T>(task: () => Promise<T>) => Promise<T>;
  /** Milliseconds that a claim outlives an instance that died; renewed after a third. Default 10,000. */
  readonly life?: number | undefined;
}

/**
 * Work that only one instance of a fleet shall do at a time: `["claims", ...name]` in Deno KV, renewed
 * while the work goes on. No clocks are compared: a claim is given up when it has not changed for
 * its life, as seen by the one that waits for it.
 */
export class Claims {
  readonly #kv: Deno.Kv;
  readonly #options: ClaimsOptions;
  readonly #life: number;

  /**
   * @param kv An open Deno KV; it stays owned by the caller.
   * @param options How the store is asked.
   */
  constructor(kv: Deno.Kv, options: ClaimsOptions) {
    this.#kv = kv;
    this.#options = options;
    this.#life = options.life ?? LIFE;
  }

  /**
   * Runs a task while no other instance runs one of the same name.
   *
   * @param name Which work.
   * @param task The task; another instance may have done it while this one waited.
   * @returns Its result.
   */
  async run<T>(name: readonly string[], task: () => Promise<T>): Promise<T> {
    const key = ["claims", ...name];
    let stamp = await this.#acquire(key);
    let renewal = Promise.resolve();
    const renew = async (): Promise<void> => {
      stamp = await this.#set(key, stamp) ?? stamp;
    };
    const timer = setInterval(() => {
      renewal = renew().catch(() => {}); // the next one may make up for it
    }, this.#life / 3);
    try {
      return await task();
    } finally {
      clearInterval(timer);
      await renewal;
      const release = this.#kv.atomic().check({ key, versionstamp: stamp }).delete(key);
      await this.#options.write(() => release.commit()).catch(() => {}); // it ends without renewals
    }
  }

  async #acquire(key: Deno.KvKey): Promise<string> {
    let seen: string | null = null;
    for (let since = performance.now();;) {
      const { versionstamp } = await this.#options.read(() => this.#kv.get(key));
      if (versionstamp !== seen) since = performance.now();
      seen = versionstamp;
      const isOver = seen === null || performance.now() - since >= this.#life;
      const stamp = isOver ? await this.#set(key, seen) : null;
      if (stamp !== null) return stamp;
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  }

  /** Writes the claim unless it is another one by now; gives its new version. */
  async #set(key: Deno.KvKey, versionstamp: string | null): Promise<string | null> {
    const change = this.#kv.atomic().check({ key, versionstamp }).set(key, true);
    const result = await this.#options.write(() => change.commit());
    return result.ok ? result.versionstamp : null;
  }
}
