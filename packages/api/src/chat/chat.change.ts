// What every change of a conversation goes through: its lock, then the heads of all who are told, then the change, and an
// event for each of them in the same transaction. Promise: a change is told to everyone or did not happen.
import { type Statement, statement, type Tx } from "@pixora/db";
import {
  appendLiveEvents,
  appendLiveEventsSql,
  type LivePosition,
  lockLiveHeads,
  type NewLiveEvent,
} from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { conversationIsVisible } from "../visibility/chat.visibility.ts";
import { lockConversations } from "./chat.send.sql.ts";

export type ChangeDeps = Pick<Deps, "db" | "pubsub" | "wakeRelay" | "storage">;

/** How somebody stands in a conversation, read under its lock. */
export interface Standing {
  kind: "direct" | "group";
  lastSeq: number;
  afterSeq: number;
  state: "request" | "accepted" | "left" | "removed";
  role: "owner" | "member";
  peerId: string | null;
  isVisible: boolean;
}

const selectStanding: Statement<Standing> = statement(
  "chat.selectStanding",
  `select conv.kind, conv.last_seq as "lastSeq", me.after_seq as "afterSeq", me.state, me.role, me.peer_id as "peerId",
          ${conversationIsVisible("me")} as "isVisible"
   from conversation_members me join conversations conv on conv.id = me.conversation_id
   where me.conversation_id = $1 and me.user_id = $2`,
);

/** Whoever hears of the messages of a conversation. */
export const selectHearers: Statement<{ userId: string }> = statement(
  "chat.selectHearers",
  `select user_id as "userId" from conversation_members
   where conversation_id = $1 and (state = 'accepted' or (state = 'request' and peer_id is not null))`,
);

/** A conversation under its lock. */
export interface OpenChange {
  tx: Tx;
  conversationId: string;
  actorId: string;
  me: Standing;
  /** Whoever hears of messages in it. */
  hearerIds: readonly string[];
  /** Tells these people, once the change is made. */
  tell(events: readonly NewLiveEvent[]): void;
  /** Tells every hearer the same. */
  tellAll(type: string, payload: Record<string, unknown>): void;
  /** Says in a group what happened to somebody. */
  say(senderId: string, word: SystemWord): Promise<void>;
}

/** What a system message says of its sender. */
export type SystemWord = "created" | "joined" | "left" | "removed" | "changed";

const saySystem: Statement<LivePosition> = statement(
  "chat.insertSystemMessage",
  `with conv as (
     update conversations set last_seq = last_seq + 1 where id = $1 returning id, last_seq
   ), made as (
     insert into messages (conversation_id, seq, id, sender_id, kind, text)
     select id, last_seq, next_id(), $2, 'system', $3 from conv returning conversation_id, seq, id
   ), heard as (
     update conversation_members member set last_message_id = greatest(member.last_message_id, made.id)
     from made where member.conversation_id = made.conversation_id and member.state = 'accepted'
     returning member.user_id
   ), ${appendLiveEventsSql(
     `select heard.user_id, 'message.created' as type,
             jsonb_build_object('id', made.conversation_id || '/' || made.seq) as payload,
             0 as unread, 0 as unseen, null::bigint as notification_id, made.id as position
      from made cross join heard`,
   )}
   select user_id as "userId", seq from head`,
);

const raiseRev: Statement<never> = statement(
  "chat.raiseConversationRev",
  "update conversations set rev = rev + 1 where id = $1",
);

/**
 * Runs `work` under the lock of a conversation that the actor is or was in, and tells whom it says. `alsoIds` are people
 * who are to be told beside its members. Throws chat.notFound.
 */
export async function changeConversation<T>(
  deps: ChangeDeps,
  input: { actorId: string; conversationId: string; alsoIds?: readonly string[] },
  work: (change: OpenChange) => Promise<T>,
): Promise<T> {
  const { actorId, conversationId, alsoIds = [] } = input;
  const { answer, positions } = await deps.db.inTransaction(async (tx) => {
    tx.later(lockConversations, [[conversationId]]);
    const me = await tx.maybe(selectStanding, [conversationId, actorId]);
    if (me === null) throw new AppError("chat.notFound");
    const hearerIds = (await tx.many(selectHearers, [conversationId])).map((row) => row.userId);
    await lockLiveHeads(tx, { userIds: [...hearerIds, actorId, ...alsoIds] });
    const events: NewLiveEvent[] = [];
    const said: LivePosition[] = [];
    const answer = await work({
      tx,
      conversationId,
      actorId,
      me,
      hearerIds,
      tell: (more) => events.push(...more),
      tellAll: (type, payload) => events.push(...hearerIds.map((userId) => ({ userId, type, payload }))),
      async say(senderId, word) {
        said.push(...(await tx.many(saySystem, [conversationId, senderId, word])));
      },
    });
    if (events.length > 0) await tx.run(raiseRev, [conversationId]);
    return { answer, positions: [...said, ...(await appendLiveEvents(tx, { events }))] };
  });
  hintPeople(deps, { positions });
  deps.wakeRelay();
  return answer;
}

/** Passes for whoever is in it or asked to be; throws chat.notFound for others, and where it is hidden from them. */
export function requireMember({ me }: Pick<OpenChange, "me">): void {
  if (!me.isVisible) throw new AppError("chat.notFound");
}

/** Passes for whoever may read its messages. Throws chat.notFound. */
export function requireReader({ me }: Pick<OpenChange, "me">): void {
  if (!me.isVisible || (me.state !== "accepted" && me.peerId === null)) throw new AppError("chat.notFound");
}

/** Passes for members who have accepted. Throws chat.notFound, and chat.forbidden for a request. */
export function requireAccepted(change: Pick<OpenChange, "me">): void {
  requireMember(change);
  if (change.me.state !== "accepted") throw new AppError("chat.forbidden");
}

/** Passes for the owner of a group. Throws chat.notFound and chat.forbidden. */
export function requireOwner(change: Pick<OpenChange, "me">): void {
  requireAccepted(change);
  if (change.me.kind !== "group" || change.me.role !== "owner") throw new AppError("chat.forbidden");
}

/** "Something about this conversation changed", for one person. */
export function conversationUpdated(userId: string, conversationId: string): NewLiveEvent {
  return { userId, type: "conversation.updated", payload: { conversationId } };
}

/** "This conversation is not yours any more", for one person. */
export function conversationRemoved(userId: string, conversationId: string): NewLiveEvent {
  return { userId, type: "conversation.removed", payload: { conversationId } };
}
