// Which endpoints we call: a stranger chose them, so they must not lead into our own walls. Pure, save for names, which
// are looked up when they are called (platform/limit/public-address.ts).
import { isIP } from "node:net";
import { isLoopbackAddress, isPublicAddress } from "../platform/limit/public-address.ts";
import type { ApiConfig } from "../platform/process/config.ts";

type EndpointRules = Pick<ApiConfig, "PUSH_ALLOWED_HOSTS" | "PUSH_ALLOW_LOOPBACK">;

/** Whether we call this address: one of the public internet, or, where tests say so, of this machine. */
export function isCallable(rules: EndpointRules, address: string): boolean {
  return isPublicAddress(address) || (rules.PUSH_ALLOW_LOOPBACK && isLoopbackAddress(address));
}

/**
 * The endpoint as a URL in its one spelling, or null for one that we would not call: HTTPS on its own port, no credentials, a host that
 * the operator allows and that is not written as an address within our walls.
 */
export function parseEndpoint(rules: EndpointRules, endpoint: string): URL | null {
  if (!URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  // A fragment would not be sent: with it, one endpoint would have many spellings.
  url.hash = "";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isLoopback = rules.PUSH_ALLOW_LOOPBACK && (isLoopbackAddress(host) || host === "localhost");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) return null;
  // Elsewhere than at a web server stand other services, which a stranger must not have us talk to.
  if (url.port !== "" && !isLoopback) return null;
  if (url.username !== "" || url.password !== "") return null;
  if (isIP(host) === 0 ? !isLoopback && !isFullName(host) : !isCallable(rules, host)) return null;
  return isAllowed(rules, host) ? url : null;
}

/** A name without a dot, or of these branches, is somebody's own network. */
function isFullName(host: string): boolean {
  return host.includes(".") && !/\.(localhost|local|internal)\.?$/.test(host);
}

function isAllowed({ PUSH_ALLOWED_HOSTS: allowed }: EndpointRules, host: string): boolean {
  if (allowed.length === 0) return true;
  return allowed.some((entry) => (entry.startsWith("*.") ? host.endsWith(entry.slice(1)) : host === entry));
}
