// The audit of unread counts: those of a range of people are compared with the rows, and mended where they differ. Promise:
// what it mends it says; a count that is right is not touched.
import { type Statement, statement } from "@pixora/db";
import { appendLiveEvents, lockLiveHeads } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import type { Deps } from "../platform/process/deps.ts";
import { messageCounts } from "../visibility/chat.visibility.ts";
import { conversationUpdated } from "./chat.change.ts";
import { lockConversations } from "./chat.send.sql.ts";

/** SQL text: what the count of a row of `conversation_members` should be. */
const counted = `case when member.state = 'accepted' or (member.state = 'request' and member.peer_id is not null) then (
  select count(*)::int from messages msg
  where msg.conversation_id = member.conversation_id and msg.seq > greatest(member.read_seq, member.after_seq)
    and ${messageCounts({ message: "msg", user: "member.user_id" })}) else 0 end`;

const selectDrifted: Statement<{ conversationId: string; userId: string }> = statement(
  "chat.selectDrifted",
  `select member.conversation_id as "conversationId", member.user_id as "userId" from conversation_members member
   where member.user_id > $1 and member.user_id <= $2 and member.unread <> ${counted}
   order by member.conversation_id, member.user_id limit 1000`,
);

const mendUnread: Statement<{ unread: number }> = statement(
  "chat.mendUnread",
  `update conversation_members member set unread = ${counted}
   where member.conversation_id = $1 and member.user_id = $2 and member.unread <> ${counted} returning member.unread`,
);

/** Answers how many counts of these people were wrong, and are right now. */
export async function mendUnreadOfRange(
  deps: Pick<Deps, "db"> & Partial<Pick<Deps, "pubsub">>,
  range: { afterId: string; lastId: string },
): Promise<number> {
  const drifted = await deps.db.sql.many(selectDrifted, [range.afterId, range.lastId]);
  let mended = 0;
  // One after the other: there are none, but for a fault.
  for (const { conversationId, userId } of drifted) {
    const positions = await deps.db.inTransaction(async (tx) => {
      await tx.run(lockConversations, [[conversationId]]);
      await lockLiveHeads(tx, { userIds: [userId] });
      if ((await tx.maybe(mendUnread, [conversationId, userId])) === null) return null;
      return appendLiveEvents(tx, { events: [conversationUpdated(userId, conversationId)] });
    });
    if (positions === null) continue;
    mended += 1;
    if (deps.pubsub !== undefined) hintPeople({ pubsub: deps.pubsub }, { positions });
  }
  return mended;
}
