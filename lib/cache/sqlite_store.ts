import type { DatabaseSync, StatementSync } from "node:sqlite";
import { numberOf, PAGE_SIZE } from "./sqlite_schema.ts";
import type { CacheEntry, PurgeSelector } from "./types.ts";

/** Pages of an entry besides its body: a leaf in each table and each index, when all of them split. */
const PAGES_BESIDE_BODY = 8;
/** Evicting in steps of this many bytes keeps it rare, and short enough for the serving thread. */
const MAX_STEP_BYTES = 4 * 1024 * 1024;
/** Uses are noted in memory and written together: 4096 small rows at most. */
const MAX_NOTED_USES = 4096;

/** The rows of the cache file. Every method throws what SQLite throws. */
export class SqliteStore {
  readonly #database: DatabaseSync;
  readonly #maxBytes: number;
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #uses = new Map<number, number>();

  /**
   * @param database An open cache file.
   * @param maxBytes Bound of the file without its journal.
   * @param now Milliseconds since the epoch, to drop what is expired or too much.
   */
  constructor(database: DatabaseSync, maxBytes: number, now: number) {
    this.#database = database;
    this.#maxBytes = maxBytes;
    this.#statements = prepareAll(database);
    if (numberOf(database, PAGE_COUNT) * PAGE_SIZE <= maxBytes) return;
    this.#transaction(() => this.#makeRoom(0, now));
    // Gives back a page per row that is read; exec() reads one.
    database.prepare("PRAGMA incremental_vacuum").all();
  }

  /**
   * @param key The key of an entry.
   * @param now Milliseconds since the epoch.
   * @returns The frame of the entry unless it is missing or expired.
   */
  read(key: string, now: number): Uint8Array | undefined {
    const row = this.#statements.read.get(key, now);
    if (row === undefined || !(row["frame"] instanceof Uint8Array)) return undefined;
    this.#uses.set(Number(row["id"]), now);
    if (this.#uses.size >= MAX_NOTED_USES) this.#transaction(() => this.#writeUses());
    return row["frame"];
  }

  /**
   * Writes an entry in place of one with the same key and makes room for it.
   *
   * @param key The key.
   * @param entry Its tags and end.
   * @param frame The entry as bytes.
   * @param now Milliseconds since the epoch.
   */
  write(
    key: string,
    entry: Pick<CacheEntry, "tags" | "staleUntil">,
    frame: Uint8Array,
    now: number,
  ): void {
    // One entry may not push everything else out.
    if (frame.byteLength > this.#maxBytes / 2) return this.remove(key);
    const { insert, insertBody, insertTag } = this.#statements;
    this.#transaction(() => {
      this.#drop(key);
      this.#makeRoom(frame.byteLength, now);
      const { lastInsertRowid: id } = insert.run(key, frame.byteLength, now, entry.staleUntil);
      insertBody.run(id, frame);
      for (const tag of new Set(entry.tags)) insertTag.run(tag, id);
    });
  }

  /** @param key The key of the entry to delete. */
  remove(key: string): void {
    this.#transaction(() => this.#drop(key));
  }

  /**
   * @param selector Which entries to delete.
   * @returns How many they were.
   */
  purge(selector: PurgeSelector): number {
    return this.#transaction(() => {
      if ("tag" in selector) return this.#dropAll(this.#statements.tagged.all(selector.tag));
      const entries = this.entries();
      for (const statement of this.#statements.clear) statement.run();
      return entries;
    });
  }

  /** @returns Number of entries. */
  entries(): number {
    return numberOf(this.#database, "SELECT count(*) AS n FROM entries");
  }

  /** @returns Bytes of the pages in use. */
  bytes(): number {
    const free = numberOf(this.#database, FREE_COUNT);
    return (numberOf(this.#database, PAGE_COUNT) - free) * PAGE_SIZE;
  }

  /** Writes what was only noted. */
  flush(): void {
    this.#transaction(() => this.#writeUses());
  }

  #makeRoom(size: number, now: number): void {
    const wanted = size + PAGES_BESIDE_BODY * PAGE_SIZE;
    if (this.bytes() + wanted <= this.#maxBytes) return;
    this.#writeUses();
    this.#dropAll(this.#statements.expired.all(now));
    const step = Math.min(MAX_STEP_BYTES, this.#maxBytes / 16);
    while (this.bytes() + wanted + step > this.#maxBytes) {
      if (!this.#dropLeastUsed(this.bytes() + wanted + step - this.#maxBytes)) return;
    }
  }

  #dropLeastUsed(size: number): boolean {
    const rows = this.#statements.leastUsed.all();
    let freed = 0;
    for (const row of rows) {
      if (freed >= size) break;
      this.#dropAll([row]);
      freed += Number(row["size"]);
    }
    return rows.length > 0;
  }

  #writeUses(): void {
    for (const [id, used] of this.#uses) this.#statements.use.run(used, id);
    this.#uses.clear();
  }

  #drop(key: string): void {
    this.#dropAll(this.#statements.find.all(key));
  }

  #dropAll(rows: readonly Record<string, unknown>[]): number {
    for (const row of rows) {
      const id = Number(row["id"]);
      for (const statement of this.#statements.drop) statement.run(id);
      this.#uses.delete(id);
    }
    return rows.length;
  }

  #transaction<T>(work: () => T): T {
    this.#statements.begin.run();
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      // A full disk or a damaged file may have rolled back already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

const PAGE_COUNT = "SELECT page_count AS n FROM pragma_page_count";
const FREE_COUNT = "SELECT freelist_count AS n FROM pragma_freelist_count";

const TABLES = ["bodies", "tags", "entries"];

type Name =
  | "begin"
  | "commit"
  | "read"
  | "find"
  | "insert"
  | "insertBody"
  | "insertTag"
  | "tagged"
  | "expired"
  | "leastUsed"
  | "use";

/** Unlike those of `exec()`, failures of these have the code of SQLite. */
function prepareAll(
  database: DatabaseSync,
): Record<Name, StatementSync> & { drop: StatementSync[]; clear: StatementSync[] } {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    begin: sql("BEGIN IMMEDIATE"),
    commit: sql("COMMIT"),
    read: sql(
      `SELECT entries.id, frame FROM entries JOIN bodies ON bodies.id = entries.id
       WHERE key = ? AND stale_until > ?`,
    ),
    find: sql("SELECT id FROM entries WHERE key = ?"),
    insert: sql("INSERT INTO entries (key, size, used, stale_until) VALUES (?, ?, ?, ?)"),
    insertBody: sql("INSERT INTO bodies (id, frame) VALUES (?, ?)"),
    insertTag: sql("INSERT INTO tags (tag, id) VALUES (?, ?)"),
    tagged: sql("SELECT id FROM tags WHERE tag = ?"),
    expired: sql("SELECT id FROM entries WHERE stale_until <= ? LIMIT 256"),
    leastUsed: sql("SELECT id, size FROM entries ORDER BY used LIMIT 64"),
    use: sql("UPDATE entries SET used = ? WHERE id = ?"),
    drop: TABLES.map((table) => sql(`DELETE FROM ${table} WHERE id = ?`)),
    clear: TABLES.map((table) => sql(`DELETE FROM ${table}`)),
  };
}
