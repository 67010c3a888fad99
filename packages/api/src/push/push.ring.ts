// One push to one browser: sealed, signed and sent. Promises: a push service that keeps failing is left alone for a while;
// a browser that is gone there is forgotten here.
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import webPush from "web-push";
import type { Outcome } from "../delivery/delivery.send.ts";
import { createCircuit } from "../platform/flow/circuit.ts";
import { guardedLookup } from "../platform/limit/public-address.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { callPushService, type PushAnswer } from "./push.call.ts";
import { isCallable, parseEndpoint } from "./push.endpoint.ts";
import { type PushKeys, readPushKeys } from "./push.key.ts";
import { dropSubscription, type Subscription } from "./push.service.ts";

export type RingDeps = Pick<Deps, "db" | "clock" | "log" | "config">;

const circuitOf = onePerDeps((_deps: RingDeps) => createCircuit());

/** One call to a browser: `text` is what its service worker gets, of the group `tag`. */
export async function ring(
  deps: RingDeps,
  { subscription, tag, text }: { subscription: Subscription; tag: string; text: string },
): Promise<Outcome> {
  const url = parseEndpoint(deps.config, subscription.endpoint);
  // The operator's list may have changed since.
  if (url === null) return { state: "failed", error: "this endpoint is not called" };
  const circuit = circuitOf(deps);
  if (!circuit.mayCall(url.host)) {
    return { state: "waiting", error: `${url.host} has failed too often just now`, isTry: false };
  }
  const body = seal(subscription, text);
  if (body === null) {
    await dropSubscription(deps, subscription);
    return { state: "skipped", error: "the subscription's keys are none" };
  }
  const headers = { ...(await headersFor(deps, url.origin)), "content-length": body.length, topic: topicOf(tag) };
  const lookup = guardedLookup((address) => isCallable(deps.config, address));
  const answer = await callPushService({ url, headers, body, lookup });
  circuit.note(url.host, answer.isAnswered && answer.status < 500);
  return outcomeOf(deps, { answer, subscription });
}

async function outcomeOf(
  deps: RingDeps,
  { answer, subscription }: { answer: PushAnswer; subscription: Subscription },
): Promise<Outcome> {
  if (!answer.isAnswered) {
    const { isSent, error } = answer;
    return isSent ? { state: "sending", error } : { state: "waiting", error, isTry: true };
  }
  const { status, retryAfterMs: afterMs } = answer;
  const error = `the push service answered ${status}`;
  if (status >= 200 && status < 300) return { state: "sent" };
  if (status === 404 || status === 410) {
    await dropSubscription(deps, subscription);
    return { state: "skipped", error };
  }
  if (status === 429 || status >= 500) return { state: "waiting", error, isTry: true, afterMs };
  return { state: "failed", error };
}

/** The message as only this browser can read it (RFC 8291); null where its keys are no keys. */
function seal({ p256dh, auth }: Subscription, message: string): Buffer | null {
  try {
    return webPush.encrypt(p256dh, auth, message, "aes128gcm").cipherText;
  } catch {
    return null;
  }
}

/** How long a push service keeps a message for a browser that is off. */
const keptSeconds = 24 * 60 * 60;
/** Half of what the tokens are good for. */
const tokenLifeMs = 6 * 60 * 60_000;

// One signature a push service, not one a push.
const tokensOf = onePerDeps((_deps: RingDeps) => new LRUCache<string, string>({ max: 500, ttl: tokenLifeMs }));

async function headersFor(deps: RingDeps, origin: string): Promise<Record<string, string | number>> {
  const tokens = tokensOf(deps);
  const known = tokens.get(origin);
  const authorization = known ?? signToken(await readPushKeys(deps), { origin, contact: contactOf(deps) });
  if (known === undefined) tokens.set(origin, authorization);
  return {
    authorization,
    ttl: keptSeconds,
    urgency: "normal",
    "content-type": "application/octet-stream",
    "content-encoding": "aes128gcm",
  };
}

function signToken(keys: PushKeys, to: { origin: string; contact: string }): string {
  return webPush.getVapidHeaders(to.origin, to.contact, keys.publicKey, keys.privateKey, "aes128gcm").Authorization;
}

/** Whom a push service writes to if we misbehave. */
function contactOf({ config }: RingDeps): string {
  const address = /<([^<>\s]+@[^<>\s]+)>/.exec(config.MAIL_FROM)?.[1] ?? config.MAIL_FROM.trim();
  return `mailto:${address}`;
}

/** What is still waiting at the push service gives way to the newest of its group. At most 32 characters. */
function topicOf(tag: string): string {
  return createHash("sha256").update(tag).digest("base64url").slice(0, 32);
}
