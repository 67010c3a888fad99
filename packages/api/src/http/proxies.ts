// What reverse proxies do to requests on their way here. Promises: an address that a proxy wrote with its port is read like
// one without; a proxy that the configuration forgets is named in the log, at most once a minute.
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { isPublicAddress } from "../platform/limit/public-address.ts";

const sayAgainAfterMs = 60_000;

/** A warning that is said at most once a minute, however often its cause comes. */
export function warnSparsely(log: Pick<Logger, "warn">, message: string, now: () => number = Date.now) {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (facts: Record<string, unknown>): void => {
    if (now() - saidAt < sayAgainAfterMs) return;
    saidAt = now();
    log.warn(facts, message);
  };
}

/** Register it before what reads the caller's address: Fastify reads the header when it is first asked for that. */
export function readProxies(
  app: FastifyInstance,
  input: { trusted: readonly string[]; log: Pick<Logger, "warn"> },
): void {
  const warnOfForgotten = warnSparsely(
    input.log,
    "a proxy forwards requests, and TRUSTED_PROXIES names none: all its callers share the budgets of one",
  );
  app.addHook("onRequest", async (request) => {
    const forwarded = request.raw.headers["x-forwarded-for"];
    if (forwarded === undefined) return;
    if (input.trusted.length > 0) {
      request.raw.headers["x-forwarded-for"] = withoutPorts(String(forwarded));
    } else if (!isFromPublicAddress(request)) {
      // Anybody may write the header; only from a network of one's own it is likely that a proxy did.
      warnOfForgotten({ from: request.socket.remoteAddress });
    }
  });
}

function isFromPublicAddress(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? "";
  return isPublicAddress(address.replace(/^::ffff:(?=[\d.]+$)/, ""));
}

/** Azure's gateways and IIS write "203.0.113.7:50123" and "[2001:db8::7]:50123": an address with a port is no address. */
export function withoutPorts(forwarded: string): string {
  return forwarded
    .split(",")
    .map((part) => bareAddressOf(part.trim()))
    .join(", ");
}

function bareAddressOf(part: string): string {
  const match = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(part) ?? /^([\d.]+):\d{1,5}$/.exec(part);
  const address = match?.[1];
  return address !== undefined && isIP(address) !== 0 ? address : part;
}
