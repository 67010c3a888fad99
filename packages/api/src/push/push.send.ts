// Rings people's browsers about what happened to them. Promises: each browser at most once for each cause; a push service
// that hangs or fails holds up neither the others nor anything in the app; what is dead there is forgotten here.
import type { FactOf } from "@pixora/jobs";
import { readWantedMessages, type WantedMessage } from "../delivery/delivery.content.ts";
import { deliver, type Message } from "../delivery/delivery.send.ts";
import { type RingDeps, ring } from "./push.ring.ts";
import { listSubscriptions, type Subscription } from "./push.service.ts";
import { writePushMessage } from "./push.text.ts";

/** Sends the pushes that these facts ask for, as far as they may still be sent. The second time rings nobody again. */
export async function sendPushes(
  deps: RingDeps,
  input: { facts: readonly FactOf<"push.sendPushes">[] },
): Promise<void> {
  const { facts } = input;
  const wantedPushes = (await readWantedMessages(deps, facts)).filter((wanted) => wanted.wish.push);
  const userIds = [...new Set(wantedPushes.map((wanted) => wanted.payload.userId))];
  const subscriptions = await listSubscriptions(deps.db.sql, { userIds, now: deps.clock.now() });
  const byPerson = Map.groupBy(subscriptions, (subscription) => subscription.userId);
  await deliver(deps, {
    channel: "push",
    job: "push.sendPushes",
    fact: "notification.pushRequested",
    factIds: facts.map((fact) => fact.id),
    messages: wantedPushes.flatMap((wanted) =>
      (byPerson.get(wanted.payload.userId) ?? []).map((subscription) => messageOf(deps, { wanted, subscription })),
    ),
  });
}

function messageOf(deps: RingDeps, input: { wanted: WantedMessage; subscription: Subscription }): Message {
  const { wanted, subscription } = input;
  const { factId, payload } = wanted;
  const { userId, causeKey, groupKey: tag } = payload;
  const send = () => ring(deps, { subscription, tag, text: writePushMessage(wanted.content, { tag }) });
  return { factId, userId, causeKey, address: subscription.endpoint, payload, send };
}
