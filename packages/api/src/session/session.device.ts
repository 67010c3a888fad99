// What a session shows of where it was opened: a name for the device and a coarse hint of the address. Pure functions.
import { isIPv4, isIPv6 } from "node:net";
import { addressKeyOf } from "../platform/limit/address.ts";
import type { Deps } from "../platform/process/deps.ts";
import { macsFor } from "../platform/secret/key.ts";

/** Where a session is opened, as a procedure tells it. */
export interface Device {
  /** What the caller calls the device; absent or empty: named by its user agent. */
  deviceName?: string | undefined;
  userAgent: string;
  ip: string;
}

/**
 * The hashes of where a device calls from, its address and kind of browser, today's first; the others are what earlier
 * secrets left behind. Who calls from the same place is most likely the same person, and nothing of it can be read back.
 * Programs count as one kind: those of one app name themselves differently from library to library, or not at all.
 */
export function placesOf(deps: Pick<Deps, "config">, device: Pick<Device, "userAgent" | "ip">): Buffer[] {
  const { userAgent, ip } = device;
  return macsFor(deps, { purpose: "place.v1", parts: [addressKeyOf(ip), browserOf(userAgent) ?? "program"] });
}

/** Order matters: Edge says it is Chrome, Chrome says it is Safari, Android says it is Linux. */
const browsers = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|Chromium)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;

const systems = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\b(?:Mac OS X|Macintosh)\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
] as const;

/** "Firefox on Linux", the program's own name ("curl"), or "Unknown device". At most 60 characters. */
export function deviceNameOf(device: Pick<Device, "deviceName" | "userAgent">): string {
  if (device.deviceName) return device.deviceName;
  const { userAgent } = device;
  const program = /^[A-Za-z][\w .-]{0,39}/.exec(userAgent)?.[0].trim();
  return browserOf(userAgent) ?? program ?? "Unknown device";
}

function browserOf(userAgent: string): string | undefined {
  const browser = browsers.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1];
  return browser !== undefined && system !== undefined ? `${browser} on ${system}` : (browser ?? system);
}

/** "203.0.113.x" or "2001:db8:1::/48": enough to recognise a place, too little to find a person. */
export function ipHintOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;
  if (isIPv4(mapped)) return `${mapped.split(".").slice(0, 3).join(".")}.x`;
  const bare = mapped.split("%")[0] ?? "";
  if (!isIPv6(bare)) return "unknown";
  // Only the part before "::" counts, and what it leaves out is zeros.
  const [head = ""] = bare.split("::");
  const groups = [...head.split(":").filter((group) => group !== ""), "0", "0", "0"].slice(0, 3);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/48`;
}
