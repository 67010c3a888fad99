// Addresses as limits know them: one spelling for one party, however the network wrote it. Pure functions.
import { isIPv4, isIPv6 } from "node:net";

/**
 * "203.0.113.7" for IPv4, also where it came mapped into IPv6; "2001:db8:0:1::/64" for IPv6, because whoever has one
 * address there has the whole /64. What is no address is "unknown": all such callers share one budget.
 */
export function addressKeyOf(ip: string): string {
  if (isIPv4(ip)) return ip;
  const [bare = ""] = ip.split("%", 1);
  if (!isIPv6(bare)) return "unknown";
  const groups = groupsOf(bare);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(":")}::/64`;
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const before = numbersOf(head);
  if (tail === undefined) return before;
  const after = numbersOf(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function numbersOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
