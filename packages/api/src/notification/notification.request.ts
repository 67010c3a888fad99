// Asks for pushes and mails about what a person was told, in the transaction that tells it: facts, for the queues of the
// providers. Promise: a fact is stored only where there is somebody to send to; whether and what, the send decides.
import { type Statement, statement, type Tx } from "@pixora/db";
import type { FactPayload } from "@pixora/jobs";
import { insertFactsSql } from "../platform/outbox.ts";
import { groupKeyOf } from "./notification.draft.ts";
import type { WelcomeDraft } from "./notification.judge.ts";

const requestStatement: Statement<never> = statement(
  "notification.requestDeliveries",
  insertFactsSql(
    `select asked.fact, draft.payload
     from unnest($1::bigint[], $2::jsonb[], $3::boolean[], $4::boolean[], $5::boolean[])
          as draft (receiver_id, payload, wants_push, wants_mail, is_in_app)
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
     ) asked`,
  ),
);

/**
 * Stores the facts that have these drafts sent; answers whether there are any. A digest takes the place of single mails
 * about what is in the app; what a person wants mailed but not shown there, no digest can find, and it is mailed alone.
 */
export async function requestDeliveries(
  tx: Tx,
  input: { drafts: readonly WelcomeDraft[]; now: Date },
): Promise<boolean> {
  const drafts = input.drafts.filter(({ wish }) => wish.push || wish.email);
  if (drafts.length === 0) return false;
  const stored = await tx.run(requestStatement, [
    drafts.map((draft) => draft.receiverId),
    drafts.map((draft) => JSON.stringify(payloadOf(draft, input.now))),
    drafts.map((draft) => draft.wish.push),
    drafts.map((draft) => draft.wish.email),
    drafts.map((draft) => draft.wish.inApp),
  ]);
  return stored > 0;
}

function payloadOf(draft: WelcomeDraft, now: Date): FactPayload<"notification.pushRequested"> {
  const { receiverId, actorId, type, postId, commentId, causeKey } = draft;
  return { userId: receiverId, actorId, type, postId, commentId, causeKey, groupKey: groupKeyOf(draft, now) };
}
