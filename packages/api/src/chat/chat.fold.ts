// What a block does to conversations, in the transaction of the block: of two people, theirs leaves both lists; in groups,
// what each wrote is folded for the other and counts as unread no more. Unblocking undoes both.
import { type Statement, statement, type Tx } from "@pixora/db";
import { appendLiveEvents, type LivePosition, lockLiveHeads } from "../log/log.head.ts";
import { messageCounts } from "../visibility/chat.visibility.ts";
import { conversationUpdated } from "./chat.change.ts";
import { lockConversations } from "./chat.send.sql.ts";

const selectShared: Statement<{ id: string }> = statement(
  "chat.selectShared",
  `select one.conversation_id as id from conversation_members one
   join conversation_members other on other.conversation_id = one.conversation_id and other.user_id = $2
   where one.user_id = $1 and one.state in ('accepted', 'request') and other.state in ('accepted', 'request')
     and (one.last_message_id > 0 or other.last_message_id > 0)
   order by one.conversation_id`,
);

const recountStatement: Statement<never> = statement(
  "chat.recountShared",
  `update conversation_members member set unread = counted.unread
   from (
     select stored.conversation_id, stored.user_id, (
       select count(*)::int from messages msg
       where msg.conversation_id = stored.conversation_id and msg.seq > greatest(stored.read_seq, stored.after_seq)
         and ${messageCounts({ message: "msg", user: "stored.user_id" })}) as unread
     from conversation_members stored
     where stored.conversation_id = any ($1::bigint[]) and stored.user_id = any ($2::bigint[])
       and stored.peer_id is null and stored.state = 'accepted'
   ) counted
   where member.conversation_id = counted.conversation_id and member.user_id = counted.user_id
     and member.unread <> counted.unread`,
);

/**
 * Brings what two people share up to date with their blocks, which an earlier statement of the transaction has changed.
 * Answers where their logs stand, to be hinted after commit.
 */
export async function foldShared(tx: Tx, input: { userIds: readonly [string, string] }): Promise<LivePosition[]> {
  const { userIds } = input;
  const ids = (await tx.many(selectShared, userIds)).map((row) => row.id);
  if (ids.length === 0) return [];
  await tx.run(lockConversations, [ids]);
  await lockLiveHeads(tx, { userIds });
  await tx.run(recountStatement, [ids, userIds]);
  const events = ids.flatMap((id) => userIds.map((userId) => conversationUpdated(userId, id)));
  return appendLiveEvents(tx, { events });
}
