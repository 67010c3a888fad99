// Sends messages through a provider, each at most once. The row is `sending` before the call: what a crash cuts off is
// shown, and not sent again. Promises: what a provider surely has not taken is tried again, ever more rarely, without
// holding a worker; what it never takes becomes a dead letter, which may be replayed.
import { createHash } from "node:crypto";
import type { FactJobName, FactName } from "@pixora/jobs";
import { ProviderFailedError } from "../platform/call/failure.ts";
import { createGate } from "../platform/flow/gate.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { createDeliveryBatches } from "./delivery.batch.ts";
import { type Channel, type Claim, type Ending, keyOf, listGivenUp, type NewDelivery } from "./delivery.row.ts";

/** What a call to a provider came to. */
export type Outcome =
  | { state: "sent" }
  /** Nobody is there any more. */
  | { state: "skipped"; error: string }
  /** Refused for good: another try would be refused too. */
  | { state: "failed"; error: string }
  /** Surely not taken. `isTry` is false where no call was made; `afterMs` is what the provider asks for. */
  | { state: "waiting"; error: string; isTry: boolean; afterMs?: number }
  /** The call was cut off: nobody knows. */
  | { state: "sending"; error: string };

/** One thing to send to one address. */
export interface Message {
  factId: string;
  userId: string;
  causeKey: string;
  /** An e-mail address or endpoint; only its hash is stored. */
  address: string;
  /** The fact's. */
  payload: Record<string, unknown>;
  send(): Promise<Outcome>;
}

interface Manners {
  /** Calls at once, a process. */
  atOnce: number;
  /** How long a message is worth a try, and how far apart tries are. */
  giveUpAfterMs: number;
  firstWaitMs: number;
  maxWaitMs: number;
}

const minuteMs = 60_000;
const manners: Record<Channel, Manners> = {
  push: { atOnce: 64, giveUpAfterMs: 60 * minuteMs, firstWaitMs: minuteMs / 2, maxWaitMs: 15 * minuteMs },
  email: { atOnce: 5, giveUpAfterMs: 24 * 60 * minuteMs, firstWaitMs: minuteMs, maxWaitMs: 120 * minuteMs },
};
/** What was given up is not tried before: a failing list is run again in halves, and must not call the provider again. */
const restAfterGivingUpMs = 5 * minuteMs;

type DeliverDeps = Pick<Deps, "db" | "clock" | "log">;

const batchesOf = onePerDeps((deps: DeliverDeps) => createDeliveryBatches(deps));
const gatesOf = onePerDeps((_deps: DeliverDeps) => ({
  push: createGate(manners.push.atOnce),
  email: createGate(manners.email.atOnce),
}));

type Addressed = NewDelivery & Pick<Message, "send">;

/**
 * Sends messages and records their facts done. Throws ProviderFailedError for what was given up. The second time sends
 * only what surely was not taken, once its time has come.
 */
export async function deliver(
  deps: DeliverDeps,
  input: {
    channel: Channel;
    job: FactJobName;
    fact: FactName;
    factIds: readonly string[];
    messages: readonly Message[];
  },
): Promise<void> {
  const { channel, fact, messages } = input;
  const keyOfMessage = (message: Message) => ({ channel, ...message, addressHash: hashAddress(message.address) });
  const byKey = new Map(messages.map(keyOfMessage).map((key): [string, Addressed] => [keyOf(key), { ...key, fact }]));
  const givenUp = await sendEach(deps, { channel, deliveries: [...byKey.values()] });
  const unsent = messages
    .filter((message) => givenUp.has(keyOf(keyOfMessage(message))))
    .map((message) => message.factId);
  const factIds = input.factIds.filter((id) => !unsent.includes(id));
  await deps.db.inTransaction(async (tx) => recordDone(tx, { job: input.job, factIds }));
  // What the provider said stands in the rows: it may name an address, and this goes into logs.
  if (givenUp.size > 0) throw new ProviderFailedError(`given up: deliveries ${[...givenUp.values()].join(", ")}`);
}

/** Answers, by key, the ids of deliveries that were given up: now or before. */
async function sendEach(
  deps: DeliverDeps,
  input: { channel: Channel; deliveries: readonly Addressed[] },
): Promise<Map<string, string>> {
  const givenUp = new Map<string, string>();
  const unclaimed: NewDelivery[] = [];
  async function sendOne(delivery: Addressed): Promise<void> {
    const claim = await batchesOf(deps).claim(delivery);
    if (claim === undefined) {
      unclaimed.push(delivery);
      return;
    }
    const ending = endingOf({ claim, outcome: await callProvider(delivery), now: deps.clock.now() });
    await batchesOf(deps).record(ending);
    if (ending.state === "failed" && ending.retryAt !== null) givenUp.set(keyOf(claim), claim.id);
    if (ending.error !== null) deps.log.warn({ delivery: claim.id, state: ending.state }, "a delivery did not arrive");
  }
  const gate = gatesOf(deps)[input.channel];
  await Promise.all(input.deliveries.map((delivery) => gate.pass(() => sendOne(delivery))));
  for (const row of await listGivenUp(deps.db.sql, { deliveries: unclaimed })) givenUp.set(keyOf(row), row.id);
  return givenUp;
}

// A failure that nobody has named leaves it open what became of the call.
async function callProvider(delivery: Addressed): Promise<Outcome> {
  try {
    return await delivery.send();
  } catch (error) {
    return { state: "sending", error: error instanceof Error ? error.message : String(error) };
  }
}

/** 132 bits: enough to tell addresses apart, and no address. */
function hashAddress(address: string): string {
  return createHash("sha256").update(address).digest("base64url").slice(0, 22);
}

function endingOf(input: { claim: Claim; outcome: Outcome; now: Date }): Ending {
  const { claim, outcome, now } = input;
  const { id, channel } = claim;
  const isTry = outcome.state !== "waiting" || outcome.isTry;
  const attempts = claim.attempts + Number(isTry);
  if (outcome.state === "sent") return { id, attempts, state: "sent", error: null, retryAt: null };
  const { error } = outcome;
  if (outcome.state !== "waiting") return { id, attempts, state: outcome.state, error, retryAt: null };
  const { giveUpAfterMs, firstWaitMs, maxWaitMs } = manners[channel];
  const waitMs = Math.max(Math.min(firstWaitMs * 2 ** claim.attempts, maxWaitMs), outcome.afterMs ?? 0);
  const isWorthIt = now.getTime() + waitMs < claim.createdAt.getTime() + giveUpAfterMs;
  const retryAt = new Date(now.getTime() + (isWorthIt ? waitMs : restAfterGivingUpMs)).toISOString();
  return { id, attempts, state: isWorthIt ? "waiting" : "failed", error, retryAt };
}
