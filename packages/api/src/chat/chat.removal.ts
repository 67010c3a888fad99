// Removing a message by a decision of the moderators, and bringing it back. Promises: its words and its place stay; whoever
// had not read it has one less to read, and exactly that one again; what its sender deletes by then stays deleted.
import { type Statement, statement, type Tx } from "@pixora/db";
import { appendLiveEvents, type LivePosition, lockLiveHeads, type NewLiveEvent } from "../log/log.head.ts";
import { messageCounts } from "../visibility/chat.visibility.ts";
import { conversationUpdated, selectHearers } from "./chat.change.ts";
import { lockConversations } from "./chat.send.sql.ts";

const selectRemoved: Statement<{ senderId: string | null; removedBy: string | null }> = statement(
  "chat.selectRemoved",
  `select sender_id as "senderId", removed_by as "removedBy" from messages
   where conversation_id = $1 and seq = $2 and deleted_at is null`,
);

const setRemoved: Statement<never> = statement(
  "chat.setRemoved",
  `update messages set removed_by = $3, rev = rev + 1 where conversation_id = $1 and seq = $2`,
);

// Run while the message counts: before it is removed, and after it has come back.
const moveUnread: Statement<never> = statement(
  "chat.moveUnread",
  `update conversation_members member set unread = member.unread + $3
   from messages msg
   where msg.conversation_id = $1 and msg.seq = $2 and member.conversation_id = $1
     and (member.state = 'accepted' or (member.state = 'request' and member.peer_id is not null))
     and msg.seq > greatest(member.read_seq, member.after_seq)
     and ${messageCounts({ message: "msg", user: "member.user_id" })}`,
);

/**
 * Sets the decision that keeps a message removed; null: none does. Answers whom it was told to. The second time changes
 * nothing, and nothing happens to a message that its sender has deleted.
 */
export async function setMessageRemoval(
  tx: Tx,
  input: { conversationId: string; seq: number; decisionId: string | null },
): Promise<LivePosition[]> {
  const { conversationId, seq, decisionId } = input;
  await tx.run(lockConversations, [[conversationId]]);
  const before = await tx.maybe(selectRemoved, [conversationId, seq]);
  if (before === null || before.removedBy === decisionId) return [];
  const hearers = await tx.many(selectHearers, [conversationId]);
  await lockLiveHeads(tx, { userIds: hearers.map(({ userId }) => userId) });
  if (before.removedBy === null) await tx.run(moveUnread, [conversationId, seq, -1]);
  await tx.run(setRemoved, [conversationId, seq, decisionId]);
  if (decisionId === null) await tx.run(moveUnread, [conversationId, seq, 1]);
  // From one decision to another nothing changes for anybody.
  if (before.removedBy !== null && decisionId !== null) return [];
  const payload = { id: `${conversationId}/${seq}` };
  const events = hearers.flatMap(({ userId }): NewLiveEvent[] => {
    const isUpdate = decisionId === null || userId === before.senderId;
    const told = { userId, type: isUpdate ? "message.updated" : "message.deleted", payload };
    // An update carries no counts, which rise again.
    return decisionId === null ? [told, conversationUpdated(userId, conversationId)] : [told];
  });
  return appendLiveEvents(tx, { events });
}
