// What becomes of messages: edits, deletion, reactions. Promises: only the sender changes or deletes one; its place stays;
// whoever had not read a deleted one has one less to read.
import { type Statement, statement } from "@pixora/db";
import { dropPicturesOfMessage } from "../media/media.attach.ts";
import { AppError } from "../platform/call/errors.ts";
import { isUnblocked } from "../visibility/user.visibility.ts";
import { type ChangeDeps, changeConversation, type OpenChange, requireAccepted, requireReader } from "./chat.change.ts";
import { presentMessages } from "./chat.message.view.ts";
import type { MessageKind, MessageView } from "./chat.schema.ts";

interface MessageName {
  actorId: string;
  conversationId: string;
  seq: number;
}

interface MessageState {
  kind: MessageKind;
  text: string;
  senderId: string | null;
  isDeleted: boolean;
  isRemoved: boolean;
}

const selectMessage: Statement<MessageState> = statement(
  "chat.selectMessage",
  `select kind, text, sender_id as "senderId", deleted_at is not null as "isDeleted", removed_by is not null as "isRemoved"
   from messages where conversation_id = $1 and seq = $2`,
);

/** A message that the member may see. Throws chat.notFound. */
async function findMessage(change: OpenChange, seq: number): Promise<MessageState> {
  const { tx, me, conversationId } = change;
  const message = seq > me.afterSeq ? await tx.maybe(selectMessage, [conversationId, seq]) : null;
  if (message === null) throw new AppError("chat.notFound");
  return message;
}

/** The sender's own. Throws chat.notFound, and chat.forbidden for those of others and of the system. */
async function findOwnMessage(change: OpenChange, seq: number): Promise<MessageState> {
  requireReader(change);
  const message = await findMessage(change, seq);
  if (message.senderId !== change.actorId || message.kind === "system") throw new AppError("chat.forbidden");
  return message;
}

function tellMessage({ tellAll, conversationId }: OpenChange, type: string, seq: number): void {
  tellAll(type, { id: `${conversationId}/${seq}` });
}

async function present(deps: ChangeDeps, { actorId, conversationId, seq }: MessageName): Promise<MessageView> {
  const view = (await presentMessages(deps, { wanted: [{ viewerId: actorId, conversationId, seq }] })).get(0);
  if (view === undefined) throw new AppError("chat.notFound");
  return view;
}

const editStatement: Statement<never> = statement(
  "chat.editMessage",
  `update messages set text = $3, edited_at = clock_timestamp(), rev = rev + 1 where conversation_id = $1 and seq = $2`,
);

/**
 * Changes the words of the actor's own message. The second time changes nothing. Throws chat.notFound (also for one that
 * is deleted), and chat.forbidden for those of others and for what moderators removed.
 */
export async function editMessage(deps: ChangeDeps, input: MessageName & { text: string }): Promise<MessageView> {
  const { seq, text } = input;
  await changeConversation(deps, input, async (change) => {
    const message = await findOwnMessage(change, seq);
    if (message.isDeleted) throw new AppError("chat.notFound");
    if (message.isRemoved) throw new AppError("chat.forbidden");
    if (message.text === text) return;
    await change.tx.run(editStatement, [change.conversationId, seq, text]);
    tellMessage(change, "message.updated", seq);
  });
  return present(deps, input);
}

const deleteStatement: Statement<never> = statement(
  "chat.deleteMessage",
  `with gone as (
     update messages set deleted_at = clock_timestamp(), text = '', post_id = null, rev = rev + 1
     where conversation_id = $1 and seq = $2 returning conversation_id, seq, sender_id, removed_by
   ), unsaid as (
     delete from message_reactions where conversation_id = $1 and seq = $2
   )
   update conversation_members member set unread = member.unread - 1
   from gone
   where member.conversation_id = gone.conversation_id and gone.removed_by is null
     and (member.state = 'accepted' or (member.state = 'request' and member.peer_id is not null))
     and gone.seq > greatest(member.read_seq, member.after_seq) and member.user_id <> gone.sender_id
     and ${isUnblocked("member.user_id", "gone.sender_id")}`,
);

/** Deletes the actor's own message, pictures and all; its place stays. The second time changes nothing. Throws chat.notFound, chat.forbidden. */
export async function deleteMessage(deps: ChangeDeps, input: MessageName): Promise<MessageView> {
  const { seq } = input;
  await changeConversation(deps, input, async (change) => {
    const message = await findOwnMessage(change, seq);
    if (message.isDeleted) return;
    await change.tx.run(deleteStatement, [change.conversationId, seq]);
    await dropPicturesOfMessage(change.tx, { conversationId: change.conversationId, seq });
    tellMessage(change, "message.deleted", seq);
  });
  return present(deps, input);
}

const reactStatement: Statement<{ isChanged: boolean }> = statement(
  "chat.setReaction",
  `with was as (
     select reaction from message_reactions where conversation_id = $1 and seq = $2 and user_id = $3
   ), gone as (
     delete from message_reactions where conversation_id = $1 and seq = $2 and user_id = $3 and $4::text is null
   ), said as (
     insert into message_reactions (conversation_id, seq, user_id, reaction)
     select $1, $2, $3, $4 where $4::text is not null
     on conflict (conversation_id, seq, user_id) do update set reaction = excluded.reaction
   ), raised as (
     update messages set rev = rev + 1
     where conversation_id = $1 and seq = $2 and (select reaction from was) is distinct from $4::text
   )
   select (select reaction from was) is distinct from $4::text as "isChanged"`,
);

/** Sets the actor's one reaction to a message; null takes it back. The second time changes nothing. Throws chat.notFound, chat.forbidden. */
export async function reactToMessage(
  deps: ChangeDeps,
  input: MessageName & { reaction: string | null },
): Promise<MessageView> {
  const { actorId, seq, reaction } = input;
  await changeConversation(deps, input, async (change) => {
    requireAccepted(change);
    const message = await findMessage(change, seq);
    if (message.isDeleted || message.isRemoved) throw new AppError("chat.notFound");
    if (message.kind === "system") throw new AppError("chat.forbidden");
    const { isChanged } = await change.tx.one(reactStatement, [change.conversationId, seq, actorId, reaction]);
    if (isChanged) tellMessage(change, "message.updated", seq);
  });
  return present(deps, input);
}
