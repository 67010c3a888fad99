// Which browsers are to be rung. Promises: a subscription belongs to the session that made it and is never rung after
// it; a browser has one, of whoever subscribed there last.

import { type Sql, type Statement, statement } from "@pixora/db";
import { invalidInput } from "../platform/call/failure.ts";
import { ok } from "../platform/call/wire.ts";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";
import { sessionRefusal } from "../visibility/session.visibility.ts";
import { parseEndpoint } from "./push.endpoint.ts";
import { readPushKeys } from "./push.key.ts";
import type { PublicKeyView, SubscribeInput } from "./push.schema.ts";

/** The newest so many browsers of a person are kept. */
const maxSubscriptions = 20;

// A browser that somebody else used before is rung for its present user only.
const upsertSubscription: Statement<never> = statement(
  "push.upsertSubscription",
  `insert into push_subscriptions (user_id, session_id, endpoint, p256dh, auth) values ($1, $2, $3, $4, $5)
   on conflict (endpoint) do update set
     user_id = excluded.user_id, session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth`,
);

const deleteSurplus: Statement<never> = statement(
  "push.deleteSurplus",
  `delete from push_subscriptions where id in (
     select id from push_subscriptions where user_id = $1 order by id desc offset $2)`,
);

/**
 * Has the actor's browser rung from now on, while this session lives. Throws input.invalid for an endpoint that we would
 * not call. The second time changes nothing; new keys for a known endpoint take the place of the old ones.
 */
export async function subscribe(
  deps: Pick<Deps, "db" | "config">,
  input: SubscribeInput & { actorId: string; sessionId: string },
): Promise<typeof ok> {
  const { actorId, sessionId, keys } = input;
  const endpoint = parseEndpoint(deps.config, input.endpoint);
  if (endpoint === null) throw invalidInput({ endpoint: ["Not an endpoint of a push service"] });
  await deps.db.inTransaction(async (tx) => {
    await tx.run(upsertSubscription, [actorId, sessionId, endpoint.href, keys.p256dh, keys.auth]);
    await tx.run(deleteSurplus, [actorId, maxSubscriptions]);
  });
  return ok;
}

/** Ends the ringing of one of the actor's browsers. The second time changes nothing. */
export async function unsubscribe(
  deps: Pick<Deps, "db" | "config">,
  input: { actorId: string; endpoint: string },
): Promise<typeof ok> {
  const { actorId, endpoint } = input;
  const href = URL.canParse(endpoint) ? (parseEndpoint(deps.config, endpoint)?.href ?? endpoint) : endpoint;
  await deps.db.prisma.pushSubscription.deleteMany({ where: { endpoint: href, userId: BigInt(actorId) } });
  return ok;
}

/** What browsers subscribe with. */
export async function presentPublicKey(deps: Pick<Deps, "db">): Promise<PublicKeyView> {
  return { key: (await readPushKeys(deps)).publicKey };
}

/** A browser that may be rung. */
export interface Subscription {
  id: string;
  userId: string;
  endpoint: string;
  p256dh: string;
  auth: string;
}

const sessionLives = `session.revoked_at is null and session.expires_at > $2`;
const mayBeRung = `${sessionRefusal({ session: "session", account: "account", now: "$2" })} is null`;

const selectLive: Statement<Subscription> = statement(
  "push.selectSubscriptions",
  `select s.id, s.user_id as "userId", s.endpoint, s.p256dh, s.auth
   from push_subscriptions s join sessions session on session.id = s.session_id
   join users account on account.id = s.user_id
   where s.user_id = any ($1::bigint[]) and session.user_id = s.user_id and ${mayBeRung}`,
);

/** The browsers of these people whose sessions live. */
export async function listSubscriptions(
  sql: Sql,
  input: { userIds: readonly string[]; now: Date },
): Promise<Subscription[]> {
  if (input.userIds.length === 0) return [];
  return sql.many(selectLive, [input.userIds, input.now]);
}

/** Forgets a subscription that its push service has forgotten. The second time changes nothing. */
export async function dropSubscription(deps: Pick<Deps, "db">, input: { id: string }): Promise<void> {
  await deps.db.prisma.pushSubscription.deleteMany({ where: { id: BigInt(input.id) } });
}

const deleteDead: Statement<never> = statement(
  "push.deleteDeadSubscriptions",
  `delete from push_subscriptions where id in (
     select s.id from push_subscriptions s join sessions session on session.id = s.session_id
     where not (${sessionLives}) limit $1)`,
);

const batch = 5_000;

/** Deletes subscriptions whose sessions have ended; they are not rung in any case. Scheduled. */
export async function deleteDeadSubscriptions(deps: Pick<Deps, "db" | "clock">): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteDead, values: [batch, deps.clock.now()], batch });
}
