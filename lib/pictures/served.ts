/** How a picture came about: kept, computed now, or never kept. */
export type Freshness = "hit" | "miss" | "bypass";

/** A picture to answer with. */
export interface Served {
  /** Strong entity tag (RFC 9110 section 8.8.3), quotes included. */
  readonly etag: string;
  /** The encoded picture; null: the client has it. */
  readonly body: Uint8Array<ArrayBuffer> | null;
  /** Media type; unknown where the client has it. */
  readonly type?: string;
  /** Names under which it can be purged. */
  readonly tags: readonly string[];
  /** Where it came from. */
  readonly freshness: Freshness;
  /** Whether it may be out of date: expired, its source fails, or a purge may be unknown. */
  readonly isStale: boolean;
  /** Whole seconds until it is renewed; below 0: expired. */
  readonly ttl: number;
  /** Where the time went, as a `Server-Timing` value, if it was computed now. */
  readonly timing?: string;
}

/** What a client has. */
export interface ClientState {
  /** Whether the client has the picture with this entity tag. */
  readonly isKnown?: (etag: string) => boolean;
}

/** How a picture is asked for. */
export interface ServeOptions extends ClientState {
  /** The caller is gone. */
  readonly signal: AbortSignal;
}
