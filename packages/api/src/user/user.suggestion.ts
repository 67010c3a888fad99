// Whom one might follow: those whom the people one follows follow, each friend's word worth less the more they follow; who
// follows one already; for newcomers, whom others followed lately. Promises: bounded work, however many one follows; a
// reason names only people whom the viewer follows and sees; nobody who is silent for half a year.
import { statement } from "@pixora/db";
import type { Page } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import {
  isFollowing,
  isMuting,
  isRequesting,
  userIsDiscoverable,
  userIsListed,
} from "../visibility/user.visibility.ts";
import type { Reason, SuggestionView } from "./user.reason.ts";
import { presentUserCards } from "./user.view.ts";

interface Suggested {
  id: string;
  /** Three of the friends who follow them, those who follow fewest first, and how many there are. */
  friendIds: string[];
  friendCount: number;
  isFollower: boolean;
  isNew: boolean;
}

const viewer = "$1::bigint";
const silentAfter = "interval '180 days'";

// At most 100 × 100 follows of friends, 200 followers and the 1,000 newest follows of all are looked at.
const selectSuggested = statement<Suggested>(
  "user.selectSuggestions",
  `with friend as (
     select u.id, 1 / ln(2 + counts.following_count) as weight
     from follows f join users u on u.id = f.followee_id join user_counts counts on counts.user_id = u.id
     where f.follower_id = ${viewer} and ${userIsListed({ user: "u", viewer })} order by f.id desc limit 100
   ), candidate as (
     select theirs.followee_id as id, friend.id as friend_id, friend.weight, 0 as others
     from friend cross join lateral (
       select f.followee_id from follows f where f.follower_id = friend.id order by f.id desc limit 100) theirs
     union all
     select mine.follower_id, null, 0.2, 0
     from (select follower_id from follows where followee_id = ${viewer} order by id desc limit 200) mine
     union all
     select newest.followee_id, null, 0, 1 from (select followee_id from follows order by id desc limit 1000) newest
   ), ranked as (
     select id, sum(weight) as weight, sum(others) as others, count(friend_id)::int as "friendCount",
            (array_agg(friend_id::text order by weight desc, friend_id) filter (where friend_id is not null))[1:3] as friends
     from candidate group by id
   )
   select ranked.id, coalesce(ranked.friends, '{}') as "friendIds", ranked."friendCount",
          ${isFollowing("ranked.id", viewer)} as "isFollower",
          u.created_at > $3::timestamptz - interval '14 days' as "isNew"
   from ranked join users u on u.id = ranked.id join author_heads head on head.author_id = u.id
   where u.id <> ${viewer} and ${userIsListed({ user: "u", viewer })} and not ${isFollowing(viewer, "u.id")}
     and not ${isRequesting(viewer, "u.id")} and not ${isMuting(viewer, "u.id")} and ${userIsDiscoverable("u")}
     and not exists (select from suggestion_dismissals gone where gone.user_id = ${viewer} and gone.dismissed_id = u.id)
     and (u.created_at > $3::timestamptz - ${silentAfter} or head.last_post_id >= id_at($3::timestamptz - ${silentAfter}))
   order by ranked.weight desc, ranked.others desc, ranked.id desc limit $2`,
);

/**
 * People the viewer neither follows nor asked to, blocked, muted nor dismissed, best first, each with reasons. There is one
 * page only, and it may be shorter than its limit.
 */
export async function listSuggestions(
  deps: Pick<Deps, "db" | "storage" | "clock">,
  input: { viewerId: string; limit: number },
): Promise<Page<SuggestionView>> {
  const { viewerId, limit } = input;
  const rows = await deps.db.sql.many(selectSuggested, [viewerId, limit, deps.clock.now()]);
  const ids = new Set(rows.flatMap((row) => [row.id, ...row.friendIds]));
  const cards = await presentUserCards(deps, { viewerId, ids: [...ids] });
  const cardOf = new Map(cards.map((card) => [card.id, card]));
  const items = rows.flatMap((row) => {
    const card = cardOf.get(row.id);
    if (card === undefined) return [];
    const users = row.friendIds.map((id) => cardOf.get(id)).filter((friend) => friend !== undefined);
    return [{ ...card, reasons: reasonsOf(row, users) }];
  });
  return { items, nextCursor: null };
}

function reasonsOf(row: Suggested, users: Extract<Reason, { kind: "followedByFollowing" }>["users"]): Reason[] {
  const reasons: Reason[] = [];
  if (users.length > 0) reasons.push({ kind: "followedByFollowing", users, count: row.friendCount });
  if (row.isFollower) reasons.push({ kind: "followsYou" });
  if (reasons.length === 0) reasons.push({ kind: row.isNew ? "new" : "popular" });
  return reasons;
}
