// Read marks. Promises: a mark only rises; what is unread is counted from the rows above it, in the same transaction that
// moves it and tells the person's other devices.
import { type Statement, statement } from "@pixora/db";
import { appendLiveEvents, lockLiveHeads } from "../log/log.head.ts";
import { hintConversation, hintPeople } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Counts } from "../user/user.schema.ts";
import { conversationCounts, messageCounts, messagesAreVisible } from "../visibility/chat.visibility.ts";
import type { ReadMarkView } from "./chat.schema.ts";
import { lockConversations } from "./chat.send.sql.ts";

const selectMark: Statement<{ lastSeq: number; readSeq: number; unread: number; isAccepted: boolean }> = statement(
  "chat.selectMark",
  `select conv.last_seq as "lastSeq", me.read_seq as "readSeq", me.unread, me.state = 'accepted' as "isAccepted"
   from conversation_members me join conversations conv on conv.id = me.conversation_id
   where me.conversation_id = $1 and me.user_id = $2 and ${messagesAreVisible("me")}`,
);

const raiseMark: Statement<{ unread: number }> = statement(
  "chat.raiseMark",
  `update conversation_members me set read_seq = $3::int, unread = (
     select count(*)::int from messages msg
     where msg.conversation_id = $1 and msg.seq > greatest($3::int, me.after_seq)
       and ${messageCounts({ message: "msg", user: "$2::bigint" })})
   where me.conversation_id = $1 and me.user_id = $2 returning unread`,
);

const selectCounts: Statement<Counts> = statement(
  "chat.selectAllCounts",
  `select head.unread, head.unseen, ${conversationCounts("$1::bigint")} from live_heads head where head.user_id = $1`,
);

/**
 * Marks a conversation as read up to a message. Below the mark it changes nothing, and so does the second time. Throws
 * chat.notFound, and input.invalid above the last message.
 */
export async function markConversationRead(
  deps: Pick<Deps, "db" | "pubsub">,
  input: { actorId: string; conversationId: string; upToSeq: number },
): Promise<ReadMarkView> {
  const { actorId, conversationId, upToSeq } = input;
  const marked = await deps.db.inTransaction(async (tx) => {
    tx.later(lockConversations, [[conversationId]]);
    const mark = await tx.maybe(selectMark, [conversationId, actorId]);
    if (mark === null) throw new AppError("chat.notFound");
    if (upToSeq > mark.lastSeq) throw invalidInput({ upToSeq: ["There is no such message"] });
    if (upToSeq <= mark.readSeq) {
      const counts = await tx.one(selectCounts, [actorId]);
      return { readUpTo: mark.readSeq, unreadCount: mark.unread, counts, positions: [], isTold: false };
    }
    await lockLiveHeads(tx, { userIds: [actorId] });
    const { unread } = await tx.one(raiseMark, [conversationId, actorId, upToSeq]);
    const payload = { conversationId, readUpTo: upToSeq };
    const positions = await appendLiveEvents(tx, {
      events: [{ userId: actorId, type: "conversation.read", payload }],
    });
    const counts = await tx.one(selectCounts, [actorId]);
    return { readUpTo: upToSeq, unreadCount: unread, counts, positions, isTold: mark.isAccepted };
  });
  const { positions, isTold, ...view } = marked;
  hintPeople(deps, { positions });
  // Whoever has not accepted lets nobody know what they have looked at.
  if (isTold) {
    hintConversation(deps, { hint: { conversationId, change: "read", userId: actorId, readUpTo: view.readUpTo } });
  }
  return view;
}
