import assert from "node:assert/strict";
import { isInRanges, isPublicAddress } from "../../../lib/source/mod.ts";

Deno.test.each([
  ["8.8.8.8"],
  ["93.184.215.14"],
  ["2606:4700:4700::1111"],
  ["2a00:1450:4001:80b::200e"],
])("isPublicAddress(%s) is true", (address) => {
  assert(isPublicAddress(address));
});

Deno.test.each([
  ["0.0.0.0"],
  ["10.1.2.3"],
  ["100.64.0.1"],
  ["127.0.0.1"],
  ["169.254.169.254"],
  ["172.16.0.1"],
  ["192.0.0.8"],
  ["192.0.2.1"],
  ["192.168.1.1"],
  ["198.18.0.1"],
  ["198.51.100.7"],
  ["203.0.113.9"],
  ["224.0.0.1"],
  ["240.0.0.1"],
  ["255.255.255.255"],
  ["::"],
  ["::1"],
  ["::7f00:1"],
  ["200::1"],
  ["4000::1"],
  ["::ffff:127.0.0.1"],
  ["::ffff:8.8.8.8"],
  ["64:ff9b::7f00:1"],
  ["64:ff9b:1::a00:1"],
  ["2001::1"],
  ["2001:db8::1"],
  ["2002:7f00:1::"],
  ["fc00::1"],
  ["fd12:3456::1"],
  ["fe80::1"],
  ["ff02::1"],
  ["not an address"],
  [""],
])("isPublicAddress(%j) is false", (address) => {
  assert(!isPublicAddress(address));
});

Deno.test.each([
  ["127.0.0.1", ["127.0.0.0/8"], true],
  ["127.0.0.1", ["::1", "127.0.0.1"], true],
  ["::ffff:127.0.0.1", ["127.0.0.0/8"], true],
  ["::1", ["127.0.0.0/8"], false],
  ["fd00::5", ["fd00::/8"], true],
  ["10.0.0.1", [], false],
  ["10.0.0.1", ["10.0.0.2"], false],
])("isInRanges(%s, %j) is %s", (address, ranges, expected) => {
  assert.equal(isInRanges(address, ranges), expected);
});
