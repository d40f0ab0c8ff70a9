import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../state_log.ts";
import { CacheError } from "./errors.ts";
import type { CacheLog } from "./types.ts";

/** "PsCa": marks the file as ours. */
const APPLICATION_ID = 0x50734361;
const SCHEMA_VERSION = 1;
const APPLICATION = "SELECT application_id AS n FROM pragma_application_id";
const VERSION = "SELECT user_version AS n FROM pragma_user_version";
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
/** Bytes per page: few overflow pages per picture, little waste for small ones. */
export const PAGE_SIZE = 4096;

/**
 * Bodies lie apart from what is updated and searched, so that neither noting a use nor evicting
 * reads or writes pictures.
 */
const SCHEMA = `
  PRAGMA page_size = ${PAGE_SIZE};
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    used INTEGER NOT NULL,
    stale_until INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS entries_used ON entries (used);
  CREATE INDEX IF NOT EXISTS entries_stale_until ON entries (stale_until);
  CREATE TABLE IF NOT EXISTS bodies (id INTEGER PRIMARY KEY, frame BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS tags (tag TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (tag, id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS tags_id ON tags (id);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
  COMMIT;
`;

/**
 * Opens the cache file. One that is damaged is moved aside to `<path>.aside`; one of another version
 * of this schema is deleted.
 *
 * @param path Path of the file; missing folders are made.
 * @param log Told when the file was replaced.
 * @returns The open database.
 * @throws {CacheError} If it is the database of another program, with the code `foreign_file`.
 * @throws If the file can neither be used nor replaced.
 */
export function openDatabase(path: string, log: CacheLog): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  try {
    const database = tryOpen(path);
    if (database !== undefined) return database;
    log("info", `The cache file ${path} is of another version; begun anew`);
    removeFiles(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    moveAside(path, error, log);
  }
  const database = tryOpen(path);
  if (database === undefined) {
    throw new CacheError("unavailable", `Cannot make the cache file ${path}`);
  }
  return database;
}

/**
 * @param error A failure of SQLite or of this module.
 * @returns Whether the file itself is to blame, not the disk, the permissions or another process.
 */
export function isDamage(error: unknown): boolean {
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(error));
}

/**
 * @param error A failure of SQLite.
 * @returns Whether the disk is to blame: it is full, or does not take or give bytes.
 */
export function isDiskFailure(error: unknown): boolean {
  return [SQLITE_FULL, SQLITE_IOERR].includes(codeOf(error));
}

/** The primary code of a failure of SQLite, 0 for others. */
function codeOf(error: unknown): number {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
}

/** @returns Nothing if the file is of another version of the schema. */
function tryOpen(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 250 });
  try {
    if (isBlank(database)) database.exec(SCHEMA);
    if (numberOf(database, APPLICATION) !== APPLICATION_ID) {
      const message = `Cannot use ${path} as the cache file: it belongs to another program`;
      throw new CacheError("foreign_file", message);
    }
    if (numberOf(database, VERSION) !== SCHEMA_VERSION) {
      database.close();
      return undefined;
    }
    // NORMAL: a commit costs no fsync; kill -9 loses nothing, a power cut only the newest entries.
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;");
    return database;
  } catch (error) {
    if (database.isOpen) database.close();
    throw error;
  }
}

function isBlank(database: DatabaseSync): boolean {
  return numberOf(database, "SELECT count(*) AS n FROM sqlite_schema") === 0 &&
    numberOf(database, APPLICATION) === 0;
}

/**
 * Moves the damaged file of a cache aside, replacing one that was moved aside before.
 *
 * @param path Path of the file, which no connection of this process has open.
 * @param damage What SQLite said.
 * @param log Told of it.
 */
export function moveAside(path: string, damage: unknown, log: CacheLog): void {
  renameSync(path, `${path}.aside`);
  removeFiles(path);
  const aside = `moved to ${path}.aside and begun anew`;
  log("error", `The cache file ${path} is damaged (${messageOf(damage)}): ${aside}`);
}

/**
 * Removes the file of a cache and its journal, if they are there.
 *
 * @param path Path of the file, which no connection of this process has open.
 */
export function removeFiles(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

/**
 * @param database An open database.
 * @param sql A query with one row and the number `n`.
 * @returns The number, 0 where it is null.
 */
export function numberOf(database: DatabaseSync, sql: string): number {
  return Number(database.prepare(sql).get()?.["n"] ?? 0);
}
