import ipaddr from "ipaddr.js";

/** IPv6 prefixes that carry an IPv4 address which a translator would reach: RFC 6052, RFC 8215. */
const TRANSLATED: readonly (readonly [ipaddr.IPv6, number])[] = [
  [ipaddr.IPv6.parse("64:ff9b::"), 96],
  [ipaddr.IPv6.parse("64:ff9b:1::"), 48],
];

/** All IPv6 addresses that are given out so far as global unicast (RFC 4291 section 2.4). */
const GLOBAL: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];

/**
 * Whether an address belongs to the public internet: global unicast, by IANA's special-purpose
 * registries; an IPv6 address that wraps an IPv4 address is never taken for public.
 *
 * @param text An IPv4 or IPv6 address.
 * @returns Whether it may be connected to without being allowed by name.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (
    address instanceof ipaddr.IPv6 && TRANSLATED.some((range) => address.match(range[0], range[1]))
  ) {
    return false;
  }
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL[0], GLOBAL[1])) return false;
  return address.range() === "unicast";
}

/**
 * Whether an address lies in one of the given ranges.
 *
 * @param text An IPv4 or IPv6 address; IPv4 inside IPv6 counts as IPv4.
 * @param ranges CIDRs, or single addresses.
 * @returns Whether it does.
 */
export function isInRanges(text: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return ranges.some((range) => {
    const [base, bits] = range.includes("/")
      ? ipaddr.parseCIDR(range)
      : [ipaddr.process(range), ipaddr.process(range).toByteArray().length * 8] as const;
    return base.kind() === address.kind() && matchesRange(address, base, bits);
  });
}

/**
 * Checks what {@linkcode isInRanges} is given.
 *
 * @param range A CIDR, or a single address.
 * @returns The same.
 * @throws {SyntaxError} If it is neither.
 */
export function checkRange(range: string): string {
  if (ipaddr.isValidCIDR(range) || ipaddr.isValid(range)) return range;
  throw new SyntaxError(`"${range}" is neither an address nor a range such as 10.0.0.0/8`);
}

function matchesRange(
  address: ipaddr.IPv4 | ipaddr.IPv6,
  base: ipaddr.IPv4 | ipaddr.IPv6,
  bits: number,
): boolean {
  if (address instanceof ipaddr.IPv4 && base instanceof ipaddr.IPv4) {
    return address.match(base, bits);
  }
  return address instanceof ipaddr.IPv6 && base instanceof ipaddr.IPv6 && address.match(base, bits);
}
