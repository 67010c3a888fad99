// Which addresses a server may call on a stranger's word: those of the public internet, and nothing nearer.
// Promise: the address that was checked is the one that is connected to, whatever DNS answers a moment later.
import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** The registries of special-purpose addresses (IANA): this machine, its networks, tests, multicast, transitions. */
const nearRanges = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  // Within the one range of IPv6 that is public: protocols of their own, documentation, 6to4 (it may carry any IPv4).
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const near = new BlockList();
for (const [network, bits] of nearRanges) near.addSubnet(network, bits, network.includes(":") ? "ipv6" : "ipv4");
const publicIpv6 = new BlockList();
publicIpv6.addSubnet("2000::", 3, "ipv6");
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an address (IPv4 or IPv6, no brackets) is one of the public internet. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !near.check(address, "ipv4");
    case 6:
      return publicIpv6.check(address, "ipv6") && !near.check(address, "ipv6");
    default:
      return false;
  }
}

/** Whether an address is this machine's own. */
export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 6 ? "ipv6" : "ipv4");
}

/** A name leads to an address that must not be called. */
export class NearAddressError extends Error {
  override name = "NearAddressError";
}

/**
 * A `lookup` for outgoing connections that fails with NearAddressError where any address of the name is not one that
 * `isAllowed` lets through. Addresses written out in a URL are never looked up: check those before.
 */
export function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "");
      const [first] = addresses;
      // One bad answer among good ones is how such a guard is tried.
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
        return callback(new NearAddressError(`${hostname} leads to an address that is not public`), "");
      }
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
