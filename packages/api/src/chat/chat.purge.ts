// The end of what a person said and of where they were a member, for the deletion of their account, in statements of
// bounded length. Promises: places and numbers stay, and nothing of what was said; whoever had it unread has less to read.
import { type Statement, statement } from "@pixora/db";
import { appendLiveEvents, lockLiveHeads } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import type { Deps } from "../platform/process/deps.ts";
import { messageCounts } from "../visibility/chat.visibility.ts";
import { conversationUpdated } from "./chat.change.ts";
import { goOut } from "./chat.member.ts";
import { lockConversations } from "./chat.send.sql.ts";

type PurgeDeps = Pick<Deps, "db" | "pubsub">;

const selectNext: Statement<{ conversationId: string; state: string }> = statement(
  "chat.selectNextOfUser",
  `select conversation_id as "conversationId", state from conversation_members where user_id = $1 limit 1`,
);

const batch = 5_000;

const wipeMessages: Statement<never> = statement(
  "chat.wipeMessagesOfUser",
  `update messages set sender_id = null, text = case when kind = 'system' then text else '' end, post_id = null,
     client_key = null, key_hash = null, input_hash = null, rev = rev + 1,
     deleted_at = case when kind = 'system' then deleted_at else coalesce(deleted_at, clock_timestamp()) end
   where conversation_id = $1 and seq in (
     select seq from messages where conversation_id = $1 and sender_id = $2 order by seq limit ${batch})`,
);

const selectOthers: Statement<{ userId: string }> = statement(
  "chat.selectOthers",
  `select user_id as "userId" from conversation_members
   where conversation_id = $1 and user_id <> $2 and state in ('accepted', 'request')`,
);

const recountMembers: Statement<never> = statement(
  "chat.recountMembers",
  `update conversation_members member set unread = (
     select count(*)::int from messages msg
     where msg.conversation_id = member.conversation_id and msg.seq > greatest(member.read_seq, member.after_seq)
       and ${messageCounts({ message: "msg", user: "member.user_id" })})
   where member.conversation_id = $1 and member.unread > 0`,
);

const deleteMember: Statement<never> = statement(
  "chat.deleteMember",
  `with gone as (
     delete from conversation_members where conversation_id = $1 and user_id = $2
   ), unsaid as (
     delete from message_reactions where conversation_id = $1 and user_id = $2
   )
   update conversations set rev = rev + 1 where id = $1`,
);

const deleteDeserted: Statement<never> = statement(
  "chat.deleteDeserted",
  `delete from conversations where id = $1
     and not exists (select from conversation_members where conversation_id = $1)`,
);

/** Removes what a person said, everywhere, and them from all conversations. May be run again, and goes on where it was cut off. */
export async function purgeConversationsOfUser(deps: PurgeDeps, input: { userId: string }): Promise<void> {
  const { userId } = input;
  for (;;) {
    const next = await deps.db.sql.maybe(selectNext, [userId]);
    if (next === null) return;
    await purgeMembership(deps, { userId, conversationId: next.conversationId });
  }
}

async function purgeMembership(
  deps: PurgeDeps,
  { userId, conversationId }: { userId: string; conversationId: string },
): Promise<void> {
  for (let isDone = false; !isDone; ) {
    const positions = await deps.db.inTransaction(async (tx) => {
      await tx.run(lockConversations, [[conversationId]]);
      const others = (await tx.many(selectOthers, [conversationId, userId])).map((row) => row.userId);
      await lockLiveHeads(tx, { userIds: [...others, userId] });
      isDone = (await tx.run(wipeMessages, [conversationId, userId])) < batch;
      await tx.run(recountMembers, [conversationId]);
      if (!isDone) return [];
      // Another owner is found before the row goes; nobody is left to tell the person themselves.
      await goOut({ tx, conversationId, tell: () => undefined }, { userId, state: "left" });
      await tx.run(deleteMember, [conversationId, userId]);
      const events = others.map((otherId) => conversationUpdated(otherId, conversationId));
      const told = await appendLiveEvents(tx, { events });
      await tx.run(deleteDeserted, [conversationId]);
      return told;
    });
    hintPeople(deps, { positions });
  }
}
