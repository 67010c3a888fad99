// Whom one might follow: those whom the people one follows follow; for newcomers, whom others followed lately.
// Promise: bounded work, however many one follows.
import { statement } from "@pixora/db";
import type { Page } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import {
  isFollowing,
  isMuting,
  isRequesting,
  userIsDiscoverable,
  userIsListed,
  userIsLive,
} from "../visibility/user.visibility.ts";
import type { UserCard } from "./user.schema.ts";
import { presentUserCards } from "./user.view.ts";

const viewer = "$1::bigint";

// At most 100 × 100 follows of friends and the 1,000 newest follows of all are looked at.
const selectSuggested = statement<{ id: string }>(
  "user.selectSuggestions",
  `with friend as (
     select f.followee_id as id from follows f join users u on u.id = f.followee_id
     where f.follower_id = ${viewer} and ${userIsLive("u")} order by f.id desc limit 100
   ), candidate as (
     select theirs.followee_id as id, 1 as friends, 0 as others
     from friend cross join lateral (
       select f.followee_id from follows f where f.follower_id = friend.id order by f.id desc limit 100) theirs
     union all
     select newest.followee_id, 0, 1 from (select followee_id from follows order by id desc limit 1000) newest
   ), ranked as (
     select id, sum(friends) as friends, sum(others) as others from candidate group by id
   )
   select ranked.id from ranked join users u on u.id = ranked.id
   where u.id <> ${viewer} and ${userIsListed({ user: "u", viewer })} and not ${isFollowing(viewer, "u.id")}
     and not ${isRequesting(viewer, "u.id")} and not ${isMuting(viewer, "u.id")} and ${userIsDiscoverable("u")}
   order by ranked.friends desc, ranked.others desc, ranked.id desc limit $2`,
);

/** People the viewer neither follows nor asked to, blocked nor muted, best first. There is one page only. */
export async function listSuggestions(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string; limit: number },
): Promise<Page<UserCard>> {
  const rows = await deps.db.sql.many(selectSuggested, [input.viewerId, input.limit]);
  const items = await presentUserCards(deps, { viewerId: input.viewerId, ids: rows.map((row) => row.id) });
  return { items, nextCursor: null };
}
