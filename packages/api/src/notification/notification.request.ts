// Asks for pushes and mails about what a person was told, in the transaction that tells it: facts, for the queues of the
// providers. Promise: a fact is stored only where there is somebody to send to; whether and what, the send decides.
import { type Statement, statement, type Tx } from "@pixora/db";
import type { FactPayload } from "@pixora/jobs";
import { insertFactsSql } from "../platform/outbox.ts";
import { type Draft, groupKeyOf } from "./notification.draft.ts";
import type { WelcomeDraft } from "./notification.judge.ts";

/**
 * SQL text that stores the facts which have `drafts` sent: a subquery or CTE of (receiver_id, cause_key, payload,
 * wants_push, wants_mail, is_in_app).
 */
export function requestDeliveriesSql(drafts: string): string {
  return `${insertFactsSql(
    `select asked.fact, draft.payload
     from ${drafts} as draft
     cross join lateral (
       select 'notification.pushRequested' as fact
       where draft.wants_push
         and exists (select from push_subscriptions s where s.user_id = draft.receiver_id)
       union all
       select 'notification.mailRequested'
       where draft.wants_mail
         and exists (select from credentials c
                     where c.user_id = draft.receiver_id and c.email_verified_at is not null)
         and not (draft.is_in_app
                  and exists (select from notification_preferences wish
                              where wish.user_id = draft.receiver_id and wish.digest_frequency <> 'off'))
     ) asked
     where not (draft.is_in_app
                and exists (select from notifications n
                            where n."receiverId" = draft.receiver_id and n."causeKey" = draft.cause_key))`,
  )} returning id`;
}

const requestStatement: Statement<{ id: string }> = statement(
  "notification.requestDeliveries",
  requestDeliveriesSql(
    `(select * from unnest($1::bigint[], $2::text[], $3::jsonb[], $4::boolean[], $5::boolean[], $6::boolean[])
             as given (receiver_id, cause_key, payload, wants_push, wants_mail, is_in_app))`,
  ),
);

/**
 * Stores the facts that have these drafts sent, before their notifications are made: of a cause that was told in the app
 * before, nothing is sent. A digest takes the place of single mails about what is in the app; what a person wants mailed
 * but not shown there, no digest can find, and it is mailed alone. Whether there are any is known once the transaction is
 * committed.
 */
export function requestDeliveries(tx: Tx, input: { drafts: readonly WelcomeDraft[]; now: Date }): () => boolean {
  const drafts = input.drafts.filter(({ wish, hasPush, hasMail }) => (wish.push && hasPush) || (wish.email && hasMail));
  if (drafts.length === 0) return () => false;
  const stored = tx.later(requestStatement, [
    drafts.map((draft) => draft.receiverId),
    drafts.map((draft) => draft.causeKey),
    drafts.map((draft) => JSON.stringify(payloadOf(draft, input.now))),
    drafts.map((draft) => draft.wish.push),
    drafts.map((draft) => draft.wish.email),
    drafts.map((draft) => draft.wish.inApp),
  ]);
  return () => stored().length > 0;
}

/** What such a fact says. */
export function payloadOf(draft: Draft, now: Date): FactPayload<"notification.pushRequested"> {
  const { receiverId, actorId, type, postId, commentId, causeKey } = draft;
  return { userId: receiverId, actorId, type, postId, commentId, causeKey, groupKey: groupKeyOf(draft, now) };
}
