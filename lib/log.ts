/** How much a line matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Facts that go with a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

const ORDER: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/**
 * @param level The level of a line.
 * @param least The least level that is written.
 * @returns Whether the line is written.
 */
export function isWritten(level: LogLevel, least: LogLevel): boolean {
  return ORDER.indexOf(level) >= ORDER.indexOf(least);
}

/**
 * Makes a log that writes one JSON object per line.
 *
 * @param least Lines below this level are left out.
 * @param write Takes a finished line without its line break.
 * @returns The log.
 *
 * @example A line with a field
 * ```ts
 * import { createLog } from "./log.ts";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * createLog("info", (line) => lines.push(line))("warn", "slow", { ms: 40 });
 * assert.match(lines[0] ?? "", /"level":"warn","message":"slow","ms":40/);
 * ```
 */
export function createLog(least: LogLevel, write: (line: string) => void): Log {
  return (level, message, fields = {}) => {
    if (!isWritten(level, least)) return;
    const time = new Date().toISOString();
    write(JSON.stringify({ time, level, message, ...fields }));
  };
}
