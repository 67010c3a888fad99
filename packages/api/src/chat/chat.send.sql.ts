// The SQL of sending, for a batch of messages in any number of conversations. Promises: numbers have no gaps and rise in
// commit order; members, counts, logs and facts move with the message or not at all; a key makes one message.
import { type Statement, statement } from "@pixora/db";
import { appendLiveEventsSql, type LivePosition, lockLiveHeadsSql } from "../log/log.head.ts";
import { attachToMessagesSql, picturesAreFreeSql } from "../media/media.attach.ts";
import type { AppErrorCode } from "../platform/call/errors.ts";
import { insertFactsSql } from "../platform/outbox.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { actorRefusal } from "../visibility/session.visibility.ts";
import { isFollowing, isUnblocked } from "../visibility/user.visibility.ts";
import { isUnanswered, maxUnanswered, peerIsReachable } from "./chat.rule.ts";

/** The conversations of $1: before anything else in them, in id order. */
export const lockConversations: Statement<never> = statement(
  "chat.lockConversations",
  "select from conversations where id = any ($1::bigint[]) order by id for no key update",
);

/** The heads of all who are told of what happens in the conversations of $1. */
export const lockMembersHeads: Statement<never> = statement(
  "chat.lockMembersHeads",
  lockLiveHeadsSql(
    `select user_id from conversation_members
     where conversation_id = any ($1::bigint[]) and state in ('accepted', 'request')`,
  ),
);

/** What became of a call: its message's number, or why there is none. */
export interface SentRow {
  place: number;
  seq: number | null;
  refusal: AppErrorCode | null;
}

export interface SendOutcome {
  calls: SentRow[];
  heads: LivePosition[];
  hasFacts: boolean;
}

const isRepeat = `(known.sender_id = given.sender_id and known.client_key = given.client_key
                   and known.input_hash = given.input_hash)`;
const isPostShown = `exists (select from posts post join users author on author.id = post.author_id
  where post.id = given.post_id and ${postIsVisible({ post: "post", author: "author", viewer: "given.sender_id" })})`;

const refusal = `coalesce(
  ${actorRefusal({ actorId: "given.sender_id", sessionId: "given.session_id", now: "$11::timestamptz" })},
  case when me.user_id is null then 'chat.notFound'
       when known.seq is not null then case when ${isRepeat} then null else 'idempotency.reused' end
       when conv.kind = 'group' and me.state <> 'accepted' then 'chat.forbidden'
       when conv.kind = 'direct' and not ${peerIsReachable({ member: "me", peer: "peer", person: "person" })}
         then 'chat.unreachable'
       when given.reply_seq is not null and (given.reply_seq > conv.last_seq or given.reply_seq <= me.after_seq)
         then 'chat.notFound'
       when given.post_id is not null and not ${isPostShown} then 'post.notFound'
       when given.pictures <> '[]' and not ${picturesAreFreeSql({ owner: "given.sender_id", pictures: "given.pictures" })}
         then 'media.notReady' end)`;

/** The conversations and heads are locked by earlier statements. */
export const insertMessages: Statement<SendOutcome> = statement(
  "chat.insertMessages",
  `with call as materialized (
     select given.*, conv.last_seq, known.seq as known_seq, ${refusal} as refusal,
            conv.kind = 'direct' and ${isUnanswered({ peer: "peer", sender: "given.sender_id" })} as is_unanswered
     from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::bigint[], $7::jsonb[], $8::text[],
                 $9::bigint[], $10::bigint[])
          with ordinality as given (conversation_id, sender_id, session_id, text, reply_seq, post_id, pictures,
                                    client_key, key_hash, input_hash, place)
     left join conversations conv on conv.id = given.conversation_id
     left join conversation_members me on me.conversation_id = conv.id and me.user_id = given.sender_id
          and me.state in ('accepted', 'request')
     left join conversation_members peer on peer.conversation_id = conv.id and peer.user_id = me.peer_id
     left join users person on person.id = me.peer_id
     left join messages known on known.conversation_id = conv.id and known.key_hash = given.key_hash
   ), within as materialized (
     select call.*, last_seq + row_number() over (partition by conversation_id order by place)::int as seq_at_most
     from call where refusal is null and known_seq is null
   ), allowed as materialized (
     select within.*, last_seq + row_number() over (partition by conversation_id order by place)::int as seq
     from within where not is_unanswered or seq_at_most <= ${maxUnanswered}
   ), made as (
     insert into messages (conversation_id, seq, id, sender_id, kind, text, reply_seq, post_id, client_key, key_hash, input_hash)
     select conversation_id, seq, next_id(), sender_id,
            case when pictures <> '[]' then 'media' when post_id is not null then 'post' else 'text' end,
            text, reply_seq, post_id, client_key, key_hash, input_hash
     from allowed order by conversation_id, seq
     returning conversation_id, seq, id, sender_id
   ), counted as (
     update conversations set last_seq = conversations.last_seq + grown.messages
     from (select conversation_id, count(*)::int as messages from made group by conversation_id) grown
     where conversations.id = grown.conversation_id
   ), shown as (
     ${attachToMessagesSql(
       `select made.conversation_id, made.seq, allowed.pictures
        from made join allowed on allowed.conversation_id = made.conversation_id and allowed.seq = made.seq
        where allowed.pictures <> '[]'`,
     )}
   ), heard as materialized (
     select member.conversation_id, member.user_id, member.state, member.last_message_id, max(made.id) as last_id,
            count(*) filter (where made.sender_id <> member.user_id
              and (member.peer_id is not null or ${isUnblocked("member.user_id", "made.sender_id")}))::int as unread,
            member.state = 'request' and bool_or(made.sender_id = member.user_id
              or ${isFollowing("member.user_id", "made.sender_id")}) as accepts
     from made join conversation_members member on member.conversation_id = made.conversation_id
          and (member.state = 'accepted' or (member.state = 'request' and member.peer_id is not null))
     group by member.conversation_id, member.user_id
   ), told as (
     update conversation_members member set
       unread = member.unread + heard.unread,
       last_message_id = greatest(member.last_message_id, heard.last_id),
       state = case when heard.accepts then 'accepted' else member.state end,
       was_accepted = member.was_accepted or heard.accepts,
       accepted_at = case when heard.accepts then clock_timestamp() else member.accepted_at end
     from heard where member.conversation_id = heard.conversation_id and member.user_id = heard.user_id
   ), asked as (
     ${insertFactsSql(
       `select 'message.created', jsonb_build_object('conversationId', made.conversation_id::text, 'seq', made.seq)
        from made
        where exists (select from heard
                      where heard.conversation_id = made.conversation_id and heard.user_id <> made.sender_id
                        and (heard.state = 'accepted' or heard.accepts)
                        and exists (select from push_subscriptions s where s.user_id = heard.user_id))`,
     )} returning id
   ), ${appendLiveEventsSql(
     `select heard.user_id, 'message.created' as type,
             jsonb_build_object('id', made.conversation_id || '/' || made.seq) as payload,
             0 as unread, 0 as unseen, null::bigint as notification_id, made.id * 2 as position
      from made join heard on heard.conversation_id = made.conversation_id
      union all
      select user_id, 'conversation.updated', jsonb_build_object('conversationId', conversation_id::text),
             0, 0, null, last_id * 2 + 1
      from heard where accepts and last_message_id > 0`,
   )}
   select (select coalesce(json_agg(json_build_object(
             'place', call.place, 'seq', coalesce(call.known_seq, made.seq),
             'refusal', coalesce(call.refusal,
                                 case when call.known_seq is null and made.seq is null then 'chat.unanswered' end))), '[]')
           from call
           left join allowed on allowed.place = call.place
           left join made on made.conversation_id = allowed.conversation_id and made.seq = allowed.seq) as calls,
          (select coalesce(json_agg(json_build_object('userId', user_id::text, 'seq', seq::text)), '[]') from head) as heads,
          exists (select from asked) as "hasFacts"`,
);
