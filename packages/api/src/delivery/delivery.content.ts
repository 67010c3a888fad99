// What may be said to people outside the app at this moment: facts in, names and excerpts out, in one round trip.
// Promise: what is undone, gone, hidden or unwanted by now is left out; the rules are those of what the app shows.
import { type Statement, statement } from "@pixora/db";
import type { FactPayload } from "@pixora/jobs";
import { causeHolds, draftsSql, draftValues, isWelcome, subjectIsGone } from "../notification/notification.judge.ts";
import { completeWish } from "../notification/notification.preference.ts";
import { type NotificationType, notificationType, type TypePreference } from "../notification/notification.schema.ts";
import { excerptOf } from "../notification/notification.view.ts";
import type { Deps } from "../platform/process/deps.ts";

type RequestFact = { id: string; payload: FactPayload<"notification.pushRequested"> };

/** What texts are written from. */
export interface MessageContent {
  type: NotificationType;
  actorHandle: string;
  actorName: string;
  postId: string | null;
  commentId: string | null;
  /** The beginning of the comment or caption that it is about. */
  excerpt: string | null;
}

/** A message that a fact asks for, and by which ways its receiver wants to hear of it. */
export interface WantedMessage {
  factId: string;
  payload: RequestFact["payload"];
  content: MessageContent;
  wish: TypePreference;
  hasDigest: boolean;
  /** The receiver's handle, and their address if it is verified. */
  handle: string;
  email: string | null;
}

interface WantedRow {
  place: string;
  handle: string;
  actorHandle: string;
  actorName: string;
  text: string | null;
  wish: Partial<TypePreference> | null;
  hasDigest: boolean;
  email: string | null;
}

const selectWanted: Statement<WantedRow> = statement(
  "delivery.selectContent",
  `select draft.place, receiver.handle, actor.handle as "actorHandle", actor.display_name as "actorName",
          left(coalesce(comment.text, post.caption), 400) as text, wish.types -> draft.type as wish,
          coalesce(wish.digest_frequency, 'off') <> 'off' as "hasDigest", mailbox.email
   from ${draftsSql}
   left join credentials mailbox on mailbox.user_id = draft.receiver_id and mailbox.email_verified_at is not null
   where ${causeHolds} and not (${subjectIsGone}) and ${isWelcome}`,
);

/** The messages that these facts ask for and that may still be sent. Throws for a type that this release does not know. */
export async function readWantedMessages(
  deps: Pick<Deps, "db">,
  facts: readonly RequestFact[],
): Promise<WantedMessage[]> {
  const drafts = facts.map(({ payload }) => ({
    ...payload,
    receiverId: payload.userId,
    type: notificationType.parse(payload.type),
  }));
  const rows = await deps.db.sql.many(selectWanted, draftValues(drafts));
  return rows.flatMap((row) => {
    const index = Number(row.place) - 1;
    const [fact, draft] = [facts[index], drafts[index]];
    if (fact === undefined || draft === undefined) return [];
    const { type, postId, commentId } = draft;
    const { handle, actorHandle, actorName, hasDigest, email } = row;
    const content = { type, postId, commentId, actorHandle, actorName, excerpt: excerptOf(row.text) };
    const wish = completeWish(type, row.wish);
    return [{ factId: fact.id, payload: fact.payload, content, wish, hasDigest, handle, email }];
  });
}
