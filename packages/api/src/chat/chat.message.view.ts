// Messages as members may see them now: who asks, conversation and number in, views out, in one statement for any number
// of members. Promise: what was before a member joined, what is deleted, removed or of somebody who is not there for them
// shows nothing of itself, wherever it is shown.
import { instantOfId, type Statement, statement } from "@pixora/db";
import { imageOf, messagePicturesSql, type StoredPicture, weighImage } from "../media/media.picture.ts";
import type { ImageView } from "../media/media.schema.ts";
import { bytesOfText } from "../platform/call/cursor.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { PostView } from "../post/post.schema.ts";
import { presentPostsOfMany, weighPost } from "../post/post.view.ts";
import { type SummaryRow, summaryColumns, summaryOfRow } from "../user/user.summary.ts";
import { messageIsReadable, messagesAreVisible, senderIsShown } from "../visibility/chat.visibility.ts";
import type { MessageKind, MessageView } from "./chat.schema.ts";

/** One message as one person sees it. */
export interface WantedMessage {
  viewerId: string;
  conversationId: string;
  seq: number;
}

interface MessageRow {
  place: string;
  conversationId: string;
  seq: number;
  id: string;
  kind: MessageKind;
  text: string | null;
  pictures: StoredPicture[];
  postId: string | null;
  sender: SummaryRow | null;
  replySeq: number | null;
  replySender: SummaryRow | null;
  replyText: string | null;
  reactions: { reaction: string; count: number; isMine: boolean }[];
  isRequest: boolean;
  isSeen: boolean;
  isDeleted: boolean;
  editedAt: Date | null;
  clientKey: string | null;
  rev: number;
  /** In its conversation, for this viewer. */
  unreadCount: number;
}

const viewer = "wanted.viewer_id";
const isShown = `(sender.id is not null and ${messageIsReadable({ message: "msg", viewer })})`;
const isReplyShown = `(reply_sender.id is not null and ${messageIsReadable({ message: "reply", viewer })})`;

/** A person's part of a row as JSON, keys as `summaryColumns` names them; its id as text, which no JSON number holds. */
function personJson(user: string): string {
  return `(select to_jsonb(person) || jsonb_build_object('personId', person."personId"::text) from (select ${summaryColumns(user)}) person where ${user}.id is not null)`;
}

const selectMessages: Statement<MessageRow> = statement(
  "chat.selectMessages",
  `select wanted.place, msg.conversation_id as "conversationId", msg.seq, msg.id, msg.kind, msg.rev,
          case when ${isShown} then msg.text end as text,
          case when ${isShown} then msg.post_id end as "postId",
          case when msg.kind = 'media' and ${isShown}
               then ${messagePicturesSql("msg.conversation_id", "msg.seq")} else '[]'::json end as pictures,
          ${personJson("sender")} as sender,
          msg.reply_seq as "replySeq", ${personJson("reply_sender")} as "replySender",
          case when ${isReplyShown} then reply.text end as "replyText",
          case when ${isShown} then coalesce((
            select json_agg(json_build_object('reaction', r.reaction, 'count', r.count, 'isMine', r.is_mine)
                            order by r.count desc, r.reaction)
            from (select reaction, count(*)::int as count, bool_or(user_id = ${viewer}) as is_mine
                  from message_reactions where conversation_id = msg.conversation_id and seq = msg.seq
                  group by reaction) r), '[]') else '[]'::json end as reactions,
          me.state = 'request' as "isRequest",
          me.state = 'accepted' and exists (
            select from conversation_members other
            where other.conversation_id = msg.conversation_id and other.state = 'accepted'
              and other.user_id is distinct from msg.sender_id and other.read_seq >= msg.seq) as "isSeen",
          not ${messageIsReadable({ message: "msg", viewer })} as "isDeleted",
          case when ${isShown} then msg.edited_at end as "editedAt",
          case when msg.sender_id = ${viewer} then msg.client_key end as "clientKey",
          me.unread as "unreadCount"
   from unnest($1::bigint[], $2::bigint[], $3::int[])
        with ordinality as wanted (viewer_id, conversation_id, seq, place)
   join conversation_members me on me.conversation_id = wanted.conversation_id and me.user_id = ${viewer}
   join messages msg on msg.conversation_id = wanted.conversation_id and msg.seq = wanted.seq and msg.seq > me.after_seq
   left join users sender on sender.id = msg.sender_id and ${senderIsShown({ sender: "sender", viewer })}
   left join messages reply on reply.conversation_id = msg.conversation_id and reply.seq = msg.reply_seq
        and reply.seq > me.after_seq
   left join users reply_sender on reply_sender.id = reply.sender_id
        and ${senderIsShown({ sender: "reply_sender", viewer })}
   where ${messagesAreVisible("me")}
   order by wanted.place`,
);

type ViewDeps = Pick<Deps, "db" | "storage">;

/** Views by their place in `wanted`; what a person may not read is left out. Posts are drawn by each viewer's own right. */
export async function presentMessages(
  deps: ViewDeps,
  input: { wanted: readonly WantedMessage[] },
): Promise<Map<number, MessageView>> {
  const told = await presentToldMessages(deps, input);
  return new Map([...told].map(([index, { message }]) => [index, message]));
}

/** As `presentMessages`, each with how much is unread in its conversation. */
export async function presentToldMessages(
  deps: ViewDeps,
  input: { wanted: readonly WantedMessage[] },
): Promise<Map<number, { message: MessageView; unreadCount: number }>> {
  const { wanted } = input;
  if (wanted.length === 0) return new Map();
  const rows = await deps.db.sql.many(selectMessages, [
    wanted.map((one) => one.viewerId),
    wanted.map((one) => one.conversationId),
    wanted.map((one) => one.seq),
  ]);
  const shared = rows.flatMap((row) => {
    const viewerId = wanted[Number(row.place) - 1]?.viewerId;
    return row.postId === null || viewerId === undefined ? [] : [{ viewerId, id: row.postId, place: row.place }];
  });
  const views = await presentPostsOfMany(deps, { wanted: shared });
  const posts = new Map(shared.map(({ place }, index) => [place, views.get(index)]));
  return new Map(
    rows.map((row) => {
      const message = viewOf(deps, row, posts.get(row.place) ?? null);
      return [Number(row.place) - 1, { message, unreadCount: row.unreadCount }];
    }),
  );
}

function viewOf(deps: Pick<Deps, "storage">, row: MessageRow, post: PostView | null): MessageView {
  const { conversationId, seq, kind, text, replySeq, replySender, reactions, isSeen, isDeleted, rev } = row;
  return {
    conversationId,
    seq,
    kind,
    sender: row.sender === null ? null : summaryOfRow(deps, row.sender),
    text,
    media: row.pictures.map((picture) => showPicture(deps, { picture, isRequest: row.isRequest })),
    post,
    isPostUnavailable: row.postId !== null && post === null,
    replyTo:
      replySeq === null
        ? null
        : {
            seq: replySeq,
            sender: replySender === null ? null : summaryOfRow(deps, replySender),
            text: row.replyText,
          },
    reactions,
    isSeen,
    createdAt: instantOfId(BigInt(row.id)).toISOString(),
    editedAt: row.editedAt?.toISOString() ?? null,
    isDeleted,
    idempotencyKey: row.clientKey,
    rev,
  };
}

/** What strangers send is not shown before it is asked for. */
function showPicture(
  deps: Pick<Deps, "storage">,
  { picture, isRequest }: { picture: StoredPicture; isRequest: boolean },
): ImageView {
  if (!isRequest) return imageOf(deps.storage, picture, { isPublic: false });
  const { id, placeholder, alt, isAnimated, variants } = picture;
  const [width, height] = variants.at(-1) ?? [1, 1];
  return { id, url: "", width, height, variants: [], placeholder, alt, isAnimated, expiresAt: null };
}

/** What a message comes to in an answer, in bytes, at most. */
export function weighMessage({ sender, text, media, post, replyTo, reactions }: MessageView): number {
  let bytes = 2_000 + bytesOfText(text ?? "") + bytesOfText(replyTo?.text ?? "") + 200 * reactions.length;
  for (const avatar of [sender?.avatar, replyTo?.sender?.avatar]) if (avatar) bytes += weighImage(avatar);
  for (const image of media) bytes += weighImage(image);
  return post === null ? bytes : bytes + weighPost(post);
}
