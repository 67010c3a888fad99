// Groups: making one, asking people in, putting them out, title and picture. Promises: at most fifty people; everybody is
// asked and nobody is put in; whoever cannot be asked is refused alike, whatever the reason.
import { type Statement, statement, type Tx } from "@pixora/db";
import { appendLiveEvents, lockLiveHeads } from "../log/log.head.ts";
import { hintConversation, hintPeople } from "../log/log.hint.ts";
import { dropMedia, showInConversation } from "../media/media.attach.ts";
import { AppError } from "../platform/call/errors.ts";
import { ok } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import {
  type ChangeDeps,
  changeConversation,
  conversationUpdated,
  requireAccepted,
  requireOwner,
} from "./chat.change.ts";
import { goOut } from "./chat.member.ts";
import { takesGroupRequest } from "./chat.rule.ts";
import type { ConversationView, UpdateConversationInput } from "./chat.schema.ts";
import { requireGrownAccount } from "./chat.trust.ts";
import { presentConversation } from "./chat.view.ts";

const maxMembers = 50;
const leaverRestDays = 30;

// A row that is there already stays, unless it ended: whoever left is not asked again so soon by the same person.
const selectAskable: Statement<{ askable: number; places: number }> = statement(
  "chat.countAskable",
  `select (select count(*)::int from users person
           left join conversation_members row on row.conversation_id = $3 and row.user_id = person.id
           where person.id = any ($2::bigint[]) and ${takesGroupRequest({ person: "person", sender: "$1::bigint" })}
             and not coalesce(row.state = 'left' and row.invited_by = $1
                              and row.left_at > clock_timestamp() - make_interval(days => ${leaverRestDays}), false)) as askable,
          (select count(*)::int from conversation_members
           where conversation_id = $3 and state in ('accepted', 'request') and user_id <> all ($2::bigint[])) as places`,
);

const insertGroup: Statement<{ id: string }> = statement(
  "chat.insertGroup",
  `with conv as (
     insert into conversations (kind, title, last_seq) values ('group', $2, 1) returning id
   ), said as (
     insert into messages (conversation_id, seq, id, sender_id, kind, text)
     select id, 1, next_id(), $1, 'system', 'created' from conv returning id
   ), owner as (
     insert into conversation_members (conversation_id, user_id, state, role, was_accepted, accepted_at, read_seq, last_message_id)
     select conv.id, $1, 'accepted', 'owner', true, clock_timestamp(), 1, said.id from conv cross join said
   )
   select id from conv`,
);

const askPeople: Statement<{ userId: string }> = statement(
  "chat.askPeople",
  `insert into conversation_members (conversation_id, user_id, state, invited_by, after_seq, read_seq, last_message_id)
   select conv.id, asked.id, 'request', $2, conv.last_seq, conv.last_seq, msg.id
   from conversations conv
   join messages msg on msg.conversation_id = conv.id and msg.seq = conv.last_seq
   cross join unnest($3::bigint[]) as asked (id)
   where conv.id = $1
   on conflict (conversation_id, user_id) do update set
     state = 'request', invited_by = excluded.invited_by, after_seq = excluded.after_seq, read_seq = excluded.read_seq,
     unread = 0, last_message_id = excluded.last_message_id, role = 'member'
     where conversation_members.state in ('left', 'removed')
   returning user_id as "userId"`,
);

/**
 * Makes a group of the actor, who owns it, and of people who are asked. Each call makes another. Throws chat.unreachable
 * where somebody cannot be asked, and chat.answerOnly.
 */
export async function createGroup(
  deps: ChangeDeps & Pick<Deps, "config" | "clock">,
  input: { actorId: string; userIds: readonly string[]; title: string },
): Promise<ConversationView> {
  const { actorId, title } = input;
  const userIds = input.userIds.filter((id) => id !== actorId);
  const made = await deps.db.inTransaction(async (tx) => {
    await requireGrownAccount(deps, { tx, userId: actorId });
    await requireAskable(tx, { actorId, userIds, conversationId: null });
    const { id } = await tx.one(insertGroup, [actorId, title]);
    await lockLiveHeads(tx, { userIds: [actorId, ...userIds] });
    await tx.many(askPeople, [id, actorId, userIds]);
    const events = [actorId, ...userIds].map((userId) => conversationUpdated(userId, id));
    return { id, positions: await appendLiveEvents(tx, { events }) };
  });
  hintPeople(deps, { positions: made.positions });
  return presentConversation(deps, { viewerId: actorId, conversationId: made.id });
}

async function requireAskable(
  tx: Tx,
  input: { actorId: string; userIds: readonly string[]; conversationId: string | null },
): Promise<void> {
  const { actorId, userIds, conversationId } = input;
  const { askable, places } = await tx.one(selectAskable, [actorId, userIds, conversationId]);
  if (askable < userIds.length) throw new AppError("chat.unreachable");
  if (places + userIds.length > maxMembers) throw new AppError("chat.full");
}

/**
 * Asks people into a group of the actor's; those who are in it, or asked already, stay as they are. Throws chat.notFound,
 * chat.forbidden, chat.unreachable, chat.full, chat.answerOnly.
 */
export async function addMembers(
  deps: ChangeDeps & Pick<Deps, "config" | "clock">,
  input: { actorId: string; conversationId: string; userIds: readonly string[] },
): Promise<ConversationView> {
  const { actorId, conversationId } = input;
  const userIds = input.userIds.filter((id) => id !== actorId);
  await changeConversation(deps, { ...input, alsoIds: userIds }, async (change) => {
    const { tx, me, tell } = change;
    requireAccepted(change);
    if (me.kind !== "group") throw new AppError("chat.forbidden");
    await requireGrownAccount(deps, { tx, userId: actorId });
    await requireAskable(tx, { actorId, userIds, conversationId });
    const asked = await tx.many(askPeople, [conversationId, actorId, userIds]);
    tell(asked.map(({ userId }) => conversationUpdated(userId, conversationId)));
  });
  return presentConversation(deps, { viewerId: actorId, conversationId });
}

const selectIn: Statement<{ state: string }> = statement(
  "chat.selectIn",
  `select state from conversation_members
   where conversation_id = $1 and user_id = $2 and state in ('accepted', 'request')`,
);

/**
 * The owner puts somebody out of a group, or takes a request back. The second time changes nothing. Throws chat.notFound,
 * and chat.forbidden for whoever does not own it, and for oneself.
 */
export async function removeMember(
  deps: ChangeDeps,
  input: { actorId: string; conversationId: string; userId: string },
): Promise<{ ok: true }> {
  const { actorId, conversationId, userId } = input;
  await changeConversation(deps, { ...input, alsoIds: [userId] }, async (change) => {
    requireOwner(change);
    if (userId === actorId) throw new AppError("chat.forbidden");
    const member = await change.tx.maybe(selectIn, [conversationId, userId]);
    if (member === null) return;
    await goOut(change, { userId, state: "removed" });
    if (member.state === "accepted") await change.say(userId, "removed");
  });
  hintConversation(deps, { hint: { conversationId, change: "members" } });
  return ok;
}

const muteStatement: Statement<never> = statement(
  "chat.setMuted",
  `update conversation_members set muted_until = case when $3 then 'infinity'::timestamptz end
   where conversation_id = $1 and user_id = $2 and (muted_until is not null) <> $3`,
);

const updateTitle: Statement<never> = statement(
  "chat.updateTitle",
  "update conversations set title = $2 where id = $1 and title is distinct from $2",
);

const updatePicture: Statement<{ was: string | null }> = statement(
  "chat.updatePicture",
  `update conversations conv set picture_media_id = $2
   from (select id, picture_media_id from conversations where id = $1) was
   where conv.id = was.id and was.picture_media_id is distinct from $2
   returning was.picture_media_id as was`,
);

/**
 * Mutes a conversation for the actor alone; changes a group's title and picture for all, which its owner may. Absent keys
 * stay. The second time changes nothing. Throws chat.notFound, chat.forbidden, media.notReady.
 */
export async function updateConversation(
  deps: ChangeDeps,
  input: { actorId: string } & UpdateConversationInput,
): Promise<ConversationView> {
  const { actorId, conversationId, title, pictureMediaId, isMuted } = input;
  await changeConversation(deps, input, async (change) => {
    const { tx, tell, tellAll, say } = change;
    requireAccepted(change);
    if (title !== undefined || pictureMediaId !== undefined) requireOwner(change);
    if (isMuted !== undefined && (await tx.run(muteStatement, [conversationId, actorId, isMuted])) > 0) {
      tell([conversationUpdated(actorId, conversationId)]);
    }
    const isRetitled = title !== undefined && (await tx.run(updateTitle, [conversationId, title])) > 0;
    const isRepictured = pictureMediaId !== undefined && (await changePicture(tx, { ...input, pictureMediaId }));
    if (!isRetitled && !isRepictured) return;
    await say(actorId, "changed");
    tellAll("conversation.updated", { conversationId });
  });
  return presentConversation(deps, { viewerId: actorId, conversationId });
}

async function changePicture(
  tx: Tx,
  input: { actorId: string; conversationId: string; pictureMediaId: string | null },
): Promise<boolean> {
  const { actorId: ownerId, conversationId, pictureMediaId: mediaId } = input;
  const changed = await tx.maybe(updatePicture, [conversationId, mediaId]);
  if (changed === null) return false;
  if (mediaId !== null) await showInConversation(tx, { ownerId, conversationId, mediaId });
  if (changed.was !== null) await dropMedia(tx, { mediaId: changed.was });
  return true;
}
