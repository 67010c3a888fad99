// Conversations as a member sees them: ids in, views out, in three statements however many. Promise: what is hidden from
// the member (a block, a suspension, one they left) is left out.
import { type Statement, statement } from "@pixora/db";
import { imageOf, pictureSql, type StoredPicture, weighImage } from "../media/media.picture.ts";
import { bytesOfText } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { presentUserCards } from "../user/user.view.ts";
import { conversationIsVisible } from "../visibility/chat.visibility.ts";
import { presentMessages, weighMessage } from "./chat.message.view.ts";
import { isUnanswered, maxUnanswered, peerIsReachable } from "./chat.rule.ts";
import type { ConversationState, ConversationView } from "./chat.schema.ts";

type ViewDeps = Pick<Deps, "db" | "storage">;

interface ConversationRow {
  place: string;
  id: string;
  kind: "direct" | "group";
  title: string | null;
  picture: StoredPicture | null;
  memberIds: string[];
  memberCount: number;
  state: ConversationState;
  canSend: boolean;
  lastSeq: number;
  unreadCount: number;
  readUpTo: number;
  isMuted: boolean;
  rev: number;
}

const maxShownMembers = 5;

const selectConversations: Statement<ConversationRow> = statement(
  "chat.selectConversations",
  `select wanted.place, conv.id, conv.kind, conv.title, conv.last_seq as "lastSeq",
          -- Each part only rises, and so does their sum.
          conv.rev + conv.last_seq + me.read_seq as rev, me.state,
          (select ${pictureSql("picture")} from media picture where picture.id = conv.picture_media_id) as picture,
          case when me.peer_id is not null then array[me.peer_id::text] else array(
            select member.user_id::text from conversation_members member
            where member.conversation_id = conv.id and member.user_id <> me.user_id and member.state = 'accepted'
            order by member.accepted_at, member.user_id limit ${maxShownMembers}) end as "memberIds",
          case when me.peer_id is not null then 2 else (
            select count(*)::int from conversation_members member
            where member.conversation_id = conv.id and member.state = 'accepted') end as "memberCount",
          case when me.peer_id is null then me.state = 'accepted'
               else ${peerIsReachable({ member: "me", peer: "peer", person: "person" })}
                    and not (conv.last_seq >= ${maxUnanswered}
                             and ${isUnanswered({ peer: "peer", sender: "me.user_id" })}) end as "canSend",
          me.unread as "unreadCount", me.read_seq as "readUpTo",
          coalesce(me.muted_until > clock_timestamp(), false) as "isMuted"
   from unnest($1::bigint[], $2::bigint[]) with ordinality as wanted (viewer_id, id, place)
   join conversations conv on conv.id = wanted.id
   join conversation_members me on me.conversation_id = conv.id and me.user_id = wanted.viewer_id
   left join conversation_members peer on peer.conversation_id = conv.id and peer.user_id = me.peer_id
   left join users person on person.id = me.peer_id
   where ${conversationIsVisible("me")}
   order by wanted.place`,
);

/** Views for many people at once, by the place in `wanted`; what is not there for them is left out. */
export async function presentConversationsOfMany(
  deps: ViewDeps,
  input: { wanted: readonly { viewerId: string; id: string }[] },
): Promise<Map<number, ConversationView>> {
  const { wanted } = input;
  if (wanted.length === 0) return new Map();
  const rows = await deps.db.sql.many(selectConversations, [
    wanted.map(({ viewerId }) => viewerId),
    wanted.map(({ id }) => id),
  ]);
  const viewerOf = (row: ConversationRow) => wanted[Number(row.place) - 1]?.viewerId ?? "";
  const [cards, messages] = await Promise.all([
    presentCards(deps, { rows, viewerOf }),
    presentMessages(deps, {
      wanted: rows.map((row) => ({ viewerId: viewerOf(row), conversationId: row.id, seq: row.lastSeq })),
    }),
  ]);
  return new Map(
    rows.map((row, index) => {
      const { id, kind, title, picture, memberCount, state, canSend, unreadCount, readUpTo, isMuted, rev } = row;
      const view: ConversationView = {
        id,
        kind,
        title,
        picture: picture === null ? null : imageOf(deps.storage, picture, { isPublic: false }),
        members: row.memberIds.flatMap((memberId) => cards.get(`${viewerOf(row)}/${memberId}`) ?? []),
        memberCount,
        state,
        canSend,
        lastMessage: messages.get(index) ?? null,
        unreadCount,
        readUpTo,
        isMuted,
        rev,
      };
      return [Number(row.place) - 1, view];
    }),
  );
}

/** Cards by "viewer/person"; a list or an answer has one viewer, only streams have more. */
async function presentCards(
  deps: ViewDeps,
  { rows, viewerOf }: { rows: readonly ConversationRow[]; viewerOf: (row: ConversationRow) => string },
): Promise<Map<string, ConversationView["members"][number]>> {
  const byViewer = Map.groupBy(rows, viewerOf);
  const lists = await Promise.all(
    [...byViewer].map(async ([viewerId, own]) => {
      const ids = [...new Set(own.flatMap((row) => row.memberIds))];
      const cards = await presentUserCards(deps, { viewerId, ids });
      return cards.map((card) => [`${viewerId}/${card.id}`, card] as const);
    }),
  );
  return new Map(lists.flat());
}

/** Views of one person's conversations, in the order of `ids`. */
export async function presentConversations(
  deps: ViewDeps,
  input: { viewerId: string; ids: readonly string[] },
): Promise<ConversationView[]> {
  const { viewerId, ids } = input;
  const views = await presentConversationsOfMany(deps, { wanted: ids.map((id) => ({ viewerId, id })) });
  return ids.flatMap((_, index) => views.get(index) ?? []);
}

/** One conversation as its member sees it. Throws chat.notFound. */
export async function presentConversation(
  deps: ViewDeps,
  input: { viewerId: string; conversationId: string },
): Promise<ConversationView> {
  const [view] = await presentConversations(deps, { viewerId: input.viewerId, ids: [input.conversationId] });
  if (view === undefined) throw new AppError("chat.notFound");
  return view;
}

/** What a conversation comes to in an answer, in bytes, at most. */
export function weighConversation({ title, picture, members, lastMessage }: ConversationView): number {
  let bytes = 1_000 + bytesOfText(title ?? "");
  for (const { displayName, avatar } of members) {
    bytes += 700 + bytesOfText(displayName) + (avatar === null ? 0 : weighImage(avatar));
  }
  if (picture !== null) bytes += weighImage(picture);
  return lastMessage === null ? bytes : bytes + weighMessage(lastMessage);
}
