/** What may be fetched, and how much of it. */
export interface SourcePolicy {
  /** Host patterns such as `img.example.org` or `*.example.org`; empty: any public host. */
  readonly allowHosts: readonly string[];
  /** CIDRs that are allowed although they are not public; any port is allowed there. */
  readonly allowAddresses: readonly string[];
  /** Hosts (with port, if not the scheme's) of this service itself. */
  readonly ownHosts: readonly string[];
  /** Ports of public hosts. */
  readonly ports: readonly number[];
  /** Longest URL, in characters. */
  readonly maxUrlLength: number;
  /** Most bytes after content decoding. */
  readonly maxBytes: number;
  /** Most redirects; each is checked like the first URL. */
  readonly maxRedirects: number;
  /** Milliseconds until the connection stands. */
  readonly connectTimeout: number;
  /** Milliseconds from the request to the response's headers. */
  readonly firstByteTimeout: number;
  /** Milliseconds for everything, redirects included. */
  readonly totalTimeout: number;
}

/** The limits of the interface: ports 80 and 443, 20 MB, 3 redirects, 3 + 5 s, 10 s in all. */
export const DEFAULT_SOURCE_POLICY: SourcePolicy = {
  allowHosts: [],
  allowAddresses: [],
  ownHosts: [],
  ports: [80, 443],
  maxUrlLength: 2048,
  maxBytes: 20_000_000,
  maxRedirects: 3,
  connectTimeout: 3_000,
  firstByteTimeout: 5_000,
  totalTimeout: 10_000,
};
