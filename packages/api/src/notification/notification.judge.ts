// Reads, for many drafts at once, whether their causes hold and whether their receivers may see them and want them.
// Promise: one statement, however many drafts; visibility is only what the rooms' rules say.
import { type Statement, statement, type Tx } from "@pixora/db";
import { commentIsReadable, commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { isFollowing, isMuting, isRequesting, userIsListed, userIsLive } from "../visibility/user.visibility.ts";
import { type Draft, type Judgement, judgeDraft, type Verdict } from "./notification.draft.ts";
import { completeWish, wishSql } from "./notification.preference.ts";
import type { TypePreference } from "./notification.schema.ts";

const receiver = "draft.receiver_id";

const likeHolds = "exists (select from post_likes pl where pl.post_id = draft.post_id and pl.user_id = draft.actor_id)";

/** SQL text: what a draft speaks of stands. */
export const causeHolds = `case draft.type
  when 'LIKE' then ${likeHolds}
  when 'COMMENT_LIKE' then exists (select from comment_likes cl
                                   where cl.comment_id = draft.comment_id and cl.user_id = draft.actor_id)
  when 'FOLLOW' then ${isFollowing("draft.actor_id", receiver)}
  when 'FOLLOW_REQUEST' then ${isRequesting("draft.actor_id", receiver)} or ${isFollowing("draft.actor_id", receiver)}
  when 'FOLLOW_ACCEPTED' then ${isFollowing(receiver, "draft.actor_id")}
  when 'MENTION' then draft.receiver_id = any (case when draft.comment_id is null then post.mention_ids else comment.mention_ids end)
  else true end`;

const postIsGone = "(draft.post_id is not null and (post.id is null or post.deleted_at is not null))";

/** SQL text: the post or comment it speaks of is gone. */
export const subjectIsGone = `${postIsGone}
  or (draft.comment_id is not null and (comment.id is null or comment.deleted_at is not null))`;

const likeIsWelcome = `${userIsLive("receiver")}
  and ${userIsListed({ user: "actor", viewer: receiver })}
  and not ${isMuting(receiver, "draft.actor_id")}
  and (draft.post_id is null or ${postIsVisible({ post: "post", author: "post_author", viewer: receiver })})
  and (coalesce(wish.types -> draft.type ->> 'from', 'everyone') = 'everyone'
       or ${isFollowing(receiver, "draft.actor_id")})
  and not exists (select from quiet_posts quiet
                  where quiet.user_id = ${receiver} and quiet.post_id = draft.post_id)`;

/** SQL text: the receiver may see all of it and has not said that they want to hear nothing of it. */
export const isWelcome = `${likeIsWelcome}
  and (draft.type <> 'FOLLOW_REQUEST' or ${isRequesting("draft.actor_id", receiver)})
  and (draft.comment_id is null
       or (${commentIsReadable({ comment: "comment", viewer: receiver })}
           and ${commentIsVisible({ comment: "comment", author: "comment_author", viewer: receiver })}))`;

/** SQL text: drafts of likes, (type, receiver_id, actor_id, post_id …), with all that the rules about them look at. */
function likesFrom(drafts: string): string {
  return `${drafts} as draft
   join users receiver on receiver.id = draft.receiver_id
   join users actor on actor.id = draft.actor_id
   left join posts post on post.id = draft.post_id
   left join users post_author on post_author.id = post.author_id
   left join notification_preferences wish on wish.user_id = draft.receiver_id`;
}

const likesSql = likesFrom(
  `(select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
             with ordinality as given (type, receiver_id, actor_id, post_id, comment_id, place))`,
);

/** SQL text: drafts, given by the values of `draftValues`, with all that the rules above look at. */
export const draftsSql = `${likesSql}
   left join comments comment on comment.id = draft.comment_id
   left join users comment_author on comment_author.id = comment.author_id`;

/** The values of `draftsSql`, as $1 to $5. */
export function draftValues(drafts: readonly Omit<Draft, "causeKey" | "isAsked">[]): unknown[] {
  return [
    drafts.map((draft) => draft.type),
    drafts.map((draft) => draft.receiverId),
    drafts.map((draft) => draft.actorId),
    drafts.map((draft) => draft.postId),
    drafts.map((draft) => draft.commentId),
  ];
}

/** Where a person can be reached outside the app. */
interface Reach {
  hasPush: boolean;
  hasMail: boolean;
}

interface JudgementRow extends Judgement, Reach {
  place: string;
  wish: Partial<TypePreference> | null;
}

const hasPush = `exists (select from push_subscriptions s where s.user_id = ${receiver})`;
const hasMail = `exists (select from credentials c
                         where c.user_id = ${receiver} and c.email_verified_at is not null)`;

function judgeStatement(name: string, rules: { holds: string; isGone: string; isWelcome: string; from: string }) {
  return statement<JudgementRow>(
    name,
    `select draft.place, ${rules.holds} as "isPresent", ${rules.isGone} as "isSubjectGone",
            coalesce(${rules.isWelcome}, false) as "isWelcome", wish.types -> draft.type as wish,
            ${hasPush} as "hasPush", ${hasMail} as "hasMail"
     from ${rules.from}`,
  );
}

const judgeAny: Statement<JudgementRow> = judgeStatement("notification.judgeDrafts", {
  holds: causeHolds,
  isGone: subjectIsGone,
  isWelcome,
  from: draftsSql,
});

// Likes of posts are most of what is judged, and need half of the tables: to set up a look at one costs as much as to
// judge several drafts.
const judgeLikes: Statement<JudgementRow> = judgeStatement("notification.judgeLikes", {
  holds: likeHolds,
  isGone: postIsGone,
  isWelcome: likeIsWelcome,
  from: likesSql,
});

/**
 * SQL text: of these drafts of likes of posts those that are to be made, with all their columns and `is_in_app`,
 * `wants_push`, `wants_mail`: whether their receivers want them so and can be reached. As `judgeDrafts`, under the
 * receivers' locks.
 */
export function likesToMakeSql(drafts: string): string {
  const wish = (way: "inApp" | "push" | "email") => wishSql("LIKE", way, "(wish.types -> draft.type)");
  return `select draft.*, ${wish("inApp")} as is_in_app, ${wish("push")} and ${hasPush} as wants_push,
            ${wish("email")} and ${hasMail} as wants_mail
     from ${likesFrom(drafts)}
     where ${likeHolds} and not ${postIsGone} and ${likeIsWelcome}`;
}

/** A draft that may be told, and by which ways its receiver wants to hear of it. */
export interface WelcomeDraft extends Draft, Reach {
  wish: TypePreference;
}

export interface JudgedDrafts {
  /** Those whose cause holds, told or not. */
  present: Draft[];
  toMake: WelcomeDraft[];
  /** Read or not. */
  toRemove: Draft[];
  toRemoveUnread: Draft[];
}

/** Judges drafts under their receivers' locks. Drafts of people who are gone are left. */
export async function judgeDrafts(tx: Tx, drafts: readonly Draft[]): Promise<JudgedDrafts> {
  const judge = drafts.every((draft) => draft.type === "LIKE") ? judgeLikes : judgeAny;
  const judged = await tx.many(judge, draftValues(drafts));
  const judgementAt = new Map(judged.map((row) => [Number(row.place) - 1, row]));
  const verdicts = drafts.map((draft, index) => {
    const judgement = judgementAt.get(index);
    const verdict: Verdict = judgement === undefined ? "leave" : judgeDraft(draft, judgement);
    return { draft, verdict, judgement };
  });
  const draftsOf = (wanted: Verdict) => verdicts.filter(({ verdict }) => verdict === wanted).map(({ draft }) => draft);
  const toMake = verdicts
    .filter(({ verdict }) => verdict === "make")
    .map(({ draft, judgement }) => ({
      ...draft,
      wish: completeWish(draft.type, judgement?.wish ?? null),
      hasPush: judgement?.hasPush === true,
      hasMail: judgement?.hasMail === true,
    }));
  const present = verdicts
    .filter(({ judgement }) => judgement?.isPresent === true && !judgement.isSubjectGone)
    .map(({ draft }) => draft);
  return { present, toMake, toRemove: draftsOf("remove"), toRemoveUnread: draftsOf("removeUnread") };
}
