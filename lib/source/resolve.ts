import { lookup } from "node:dns/promises";
import { isInRanges, isPublicAddress } from "./address.ts";
import { SourceError } from "./errors.ts";
import type { SourcePolicy } from "./policy.ts";

/** One address of a host. */
export interface HostAddress {
  /** IPv4 or IPv6. */
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

/** Finds all addresses of a host name. */
export type Resolver = (host: string) => Promise<readonly HostAddress[]>;

/** The system's resolver: `/etc/hosts`, then DNS. */
export function systemResolver(host: string): Promise<readonly HostAddress[]> {
  return lookup(host, { all: true });
}

/**
 * Chooses the address to connect to. Every address of the host must be allowed, so that a name
 * cannot mix public and private ones.
 *
 * @param url Where to go.
 * @param policy What may be fetched.
 * @param resolver Finds addresses.
 * @returns The address to connect to.
 * @throws {SourceError} `unreachable` or `address_not_allowed`.
 */
export async function chooseAddress(
  url: URL,
  policy: SourcePolicy,
  resolver: Resolver,
): Promise<HostAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = await resolver(host).catch((cause: unknown) => {
    throw new SourceError("unreachable", `The source host ${host} cannot be found`, { cause });
  });
  const [first] = addresses;
  if (!first) throw new SourceError("unreachable", `The source host ${host} has no address`);
  const named = addresses.every(({ address }) => isInRanges(address, policy.allowAddresses));
  if (named) return first;
  if (!addresses.every(({ address }) => isPublicAddress(address))) {
    throw new SourceError(
      "address_not_allowed",
      `The source host ${host} is not on the public internet`,
    );
  }
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  if (!policy.ports.includes(port)) {
    const allowed = policy.ports.join(", ");
    throw new SourceError("address_not_allowed", `Port ${port} is not allowed: ${allowed}`);
  }
  return first;
}
