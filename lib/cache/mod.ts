/**
 * Finished answers, kept and shared: caches in memory, in a file and in Redis behind one port, and
 * single flight so that identical work is done once.
 *
 * @module
 */
export * from "./errors.ts";
export * from "./layered_cache.ts";
export * from "./open.ts";
export * from "./memory_cache.ts";
export * from "./fleet_single_flight.ts";
export * from "./redis_cache.ts";
export * from "./redis_lease.ts";
export * from "./redis_link.ts";
export * from "./redis_link_options.ts";
export * from "./redis_url.ts";
export * from "./sqlite_cache.ts";
export * from "./types.ts";
