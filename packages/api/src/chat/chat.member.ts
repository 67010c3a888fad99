// Coming and going: accept, decline, leave. Promises: nobody is a member without having said so; whoever leaves hears
// nothing more; a group that its owner leaves passes to whoever has been in it longest.
import { type Statement, statement } from "@pixora/db";
import { hintConversation } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import { ok } from "../platform/call/wire.ts";
import {
  type ChangeDeps,
  changeConversation,
  conversationRemoved,
  conversationUpdated,
  type OpenChange,
  requireMember,
} from "./chat.change.ts";

interface OwnConversation {
  actorId: string;
  conversationId: string;
}

// Whoever joins a group sees nothing from before; it has an owner as soon as it has a member.
const acceptStatement: Statement<never> = statement(
  "chat.acceptRequest",
  `update conversation_members me set
     state = 'accepted', was_accepted = true, accepted_at = clock_timestamp(),
     after_seq = case when me.peer_id is null then conv.last_seq else me.after_seq end,
     read_seq = case when me.peer_id is null then conv.last_seq else me.read_seq end,
     role = case when conv.kind = 'group' and not exists (
       select from conversation_members owner where owner.conversation_id = conv.id and owner.role = 'owner')
       then 'owner' else me.role end
   from conversations conv
   where conv.id = $1 and me.conversation_id = $1 and me.user_id = $2`,
);

/** Accepts a request. The second time changes nothing. Throws chat.notFound. */
export async function acceptConversation(deps: ChangeDeps, input: OwnConversation): Promise<{ ok: true }> {
  await changeConversation(deps, input, async (change) => {
    const { tx, me, actorId, conversationId, tell } = change;
    requireMember(change);
    if (me.state === "accepted") return;
    await tx.run(acceptStatement, [conversationId, actorId]);
    if (me.kind === "group") await change.say(actorId, "joined");
    const heard = [actorId, ...(me.peerId === null ? [] : [me.peerId])];
    tell(heard.map((userId) => conversationUpdated(userId, conversationId)));
  });
  return ok;
}

/**
 * Declines a request: silently, and no block. What is sent later stays unseen. The second time changes nothing. Throws
 * chat.notFound, and chat.forbidden for a conversation that was accepted: leave it.
 */
export async function declineConversation(deps: ChangeDeps, input: OwnConversation): Promise<{ ok: true }> {
  await changeConversation(deps, input, async (change) => {
    if (change.me.state === "left") return;
    requireMember(change);
    if (change.me.state === "accepted") throw new AppError("chat.forbidden");
    await goOut(change, { userId: change.actorId, state: "left" });
  });
  return ok;
}

/** Leaves a conversation, or a request; of two people, its messages so far are cleared for the actor. The second time changes nothing. Throws chat.notFound. */
export async function leaveConversation(deps: ChangeDeps, input: OwnConversation): Promise<{ ok: true }> {
  await changeConversation(deps, input, async (change) => {
    const { me, actorId, say } = change;
    if (me.state === "left") return;
    requireMember(change);
    await goOut(change, { userId: actorId, state: "left" });
    if (me.kind === "group" && me.state === "accepted") await say(actorId, "left");
  });
  hintConversation(deps, { hint: { conversationId: input.conversationId, change: "members" } });
  return ok;
}

const goOutStatement: Statement<never> = statement(
  "chat.goOut",
  `update conversation_members member set
     state = $3, role = 'member', unread = 0, left_at = clock_timestamp(),
     after_seq = case when member.state = 'accepted' then conv.last_seq else member.after_seq end,
     read_seq = case when member.state = 'accepted' then conv.last_seq else member.read_seq end
   from conversations conv
   where conv.id = $1 and member.conversation_id = $1 and member.user_id = $2`,
);

const inheritStatement: Statement<{ userId: string }> = statement(
  "chat.inheritGroup",
  `update conversation_members heir set role = 'owner'
   where heir.conversation_id = $1 and heir.user_id = (
     select user_id from conversation_members
     where conversation_id = $1 and state = 'accepted' order by accepted_at, user_id limit 1)
     and not exists (select from conversation_members owner where owner.conversation_id = $1 and owner.role = 'owner')
     and exists (select from conversations where id = $1 and kind = 'group')
   returning heir.user_id as "userId"`,
);

/** Puts somebody out of a conversation, and gives it another owner where it has none any more. */
export async function goOut(
  change: Pick<OpenChange, "tx" | "conversationId" | "tell">,
  { userId, state }: { userId: string; state: "left" | "removed" },
): Promise<void> {
  const { tx, conversationId, tell } = change;
  await tx.run(goOutStatement, [conversationId, userId, state]);
  tell([conversationRemoved(userId, conversationId)]);
  const heir = await tx.maybe(inheritStatement, [conversationId]);
  if (heir !== null) tell([conversationUpdated(heir.userId, conversationId)]);
}
