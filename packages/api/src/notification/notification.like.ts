// Likes of posts that stand, told in one trip: nothing is waited for between the locks and the commit, because everything
// is decided where it is made. Promise: what is not to be made is left to notification.notify.ts, fact and all.
import { type Statement, statement } from "@pixora/db";
import { deleteFactsSql, type FactOf } from "@pixora/jobs";
import { lockLiveHeadsLater } from "../log/log.head.ts";
import { hintPeople, hintPosts, type PostHint } from "../log/log.hint.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type Draft, draftOfLike, groupKeyOf } from "./notification.draft.ts";
import { likesToMakeSql } from "./notification.judge.ts";
import { payloadOf, requestDeliveriesSql } from "./notification.request.ts";
import { insertNotificationsSql } from "./notification.write.ts";

type LikeFact = FactOf<"notification.notifyLikes">;

/** A row a fact that is done; where its receiver's log stands, if it has grown. */
interface MadeRow {
  factId: string;
  receiverId: string;
  seq: string | null;
  hasFacts: boolean;
}

const tellStatement: Statement<MadeRow> = statement(
  "notification.tellLikes",
  `with likes as materialized (
     ${likesToMakeSql(
       `(select given.*, 'LIKE' as type, null::bigint as comment_id
         from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::jsonb[])
              with ordinality as given (fact_id, receiver_id, actor_id, post_id, group_key, cause_key, payload, place))`,
     )}
   ), asked as (
     ${requestDeliveriesSql(
       // Of what is not in the app nothing stands but its fact: where that is gone, it has been asked for before.
       `(select * from likes where (wants_push or wants_mail)
           and (is_in_app or exists (select from outbox where outbox.id = likes.fact_id)))`,
     )}
   ), ended as (
     ${deleteFactsSql("array(select fact_id from likes)")}
   ), ${insertNotificationsSql(
     `select receiver_id, actor_id, type, post_id, comment_id, group_key, cause_key, place from likes where is_in_app`,
   )}
   select likes.fact_id as "factId", likes.receiver_id as "receiverId", head.seq,
          exists (select from asked) as "hasFacts"
   from likes left join head on head.user_id = likes.receiver_id`,
);

// A post that is being deleted keeps this waiting, and its deletion then finds what is made here.
const lockPosts = statement<never>(
  "notification.lockLikedPosts",
  "select from posts where id = any ($1::bigint[]) and deleted_at is null order by id for share",
);

/**
 * Makes the notifications of likes that stand and may be told, asks for their pushes and mails, and deletes their facts:
 * in one transaction, after which receivers and viewers are hinted. Answers the facts that it left. The second time
 * changes nothing.
 */
export async function tellLikes(
  deps: Pick<Deps, "db" | "pubsub" | "clock" | "wakeRelay">,
  input: { facts: readonly LikeFact[] },
): Promise<LikeFact[]> {
  const usual = usualLikes(input.facts);
  if (usual.length === 0) return [...input.facts];
  const now = deps.clock.now();
  const drafts = usual.map(({ draft }) => draft);
  const rows = await deps.db.inTransaction(async (tx) => {
    tx.later(lockPosts, [drafts.map((draft) => draft.postId)]);
    lockLiveHeadsLater(tx, { userIds: drafts.map((draft) => draft.receiverId) });
    return tx.later(tellStatement, [
      usual.map(({ factId }) => factId),
      drafts.map((draft) => draft.receiverId),
      drafts.map((draft) => draft.actorId),
      drafts.map((draft) => draft.postId),
      drafts.map((draft) => groupKeyOf(draft, now)),
      drafts.map((draft) => draft.causeKey),
      drafts.map((draft) => JSON.stringify(payloadOf(draft, now))),
    ]);
  });
  const made = rows();
  if (made.some((row) => row.hasFacts)) deps.wakeRelay();
  const seqs = new Map(made.flatMap(({ receiverId, seq }) => (seq === null ? [] : [[receiverId, seq] as const])));
  hintPeople(deps, { positions: [...seqs].map(([userId, seq]) => ({ userId, seq })) });
  const ended = new Set(made.map((row) => row.factId));
  hintPosts(deps, { hints: countHintsOf(input.facts.filter((fact) => ended.has(fact.id))) });
  return input.facts.filter((fact) => !ended.has(fact.id));
}

/** What viewers of the liked posts are to hear. */
export function countHintsOf(facts: readonly LikeFact[]): PostHint[] {
  const ofPosts = facts.filter(({ payload }) => payload.commentId === null);
  return [...new Set(ofPosts.map(({ payload }) => payload.postId))].map((postId) => ({ postId, change: "counts" }));
}

/** Likes of other people's posts whose fact stands alone: none here says that the same like ended, or says it again. */
function usualLikes(facts: readonly LikeFact[]): { factId: string; draft: Draft }[] {
  const ofPosts = facts.filter(({ payload }) => payload.commentId === null);
  const byPair = Map.groupBy(ofPosts, ({ payload }) => `${payload.postId}/${payload.actorId}`);
  return [...byPair.values()].flatMap(([like, ...others]) => {
    if (like === undefined || others.length > 0 || like.fact !== "like.created") return [];
    const { receiverId, actorId } = like.payload;
    if (receiverId === undefined || receiverId === actorId) return [];
    return [{ factId: like.id, draft: draftOfLike({ ...like.payload, receiverId, isAsked: true }) }];
  });
}
