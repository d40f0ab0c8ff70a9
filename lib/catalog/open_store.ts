import { inTime } from "../in_time.ts";
import { messageOf } from "../state_log.ts";
import { CatalogError } from "./errors.ts";

/** Milliseconds that a server may take until the store is open. */
const PATIENCE = 10_000;

/**
 * @param location Where a store of styles is.
 * @returns Whether it is a server that speaks KV Connect; else it is a file or in memory.
 */
export function isRemoteStore(location: string): boolean {
  return /^https?:/.test(location);
}

/**
 * Opens the store of styles.
 *
 * @param location An http(s) URL of a KV Connect server, a path (missing folders are made), or
 *   `:memory:`.
 * @returns The open Deno KV; close it.
 * @throws {CatalogError} `store_unavailable` if it cannot be opened, or does not answer in ten seconds.
 */
export async function openStore(location: string): Promise<Deno.Kv> {
  try {
    if (!isRemoteStore(location) && location !== ":memory:") {
      const folder = location.replace(/[^/\\]*$/, "");
      if (folder !== "") await Deno.mkdir(folder, { recursive: true });
    }
    return await inTime(Deno.openKv(location), PATIENCE);
  } catch (cause) {
    const message = `Cannot open the store of styles ${location} (KV_URL): ${messageOf(cause)}`;
    throw new CatalogError("store_unavailable", message, { cause });
  }
}
