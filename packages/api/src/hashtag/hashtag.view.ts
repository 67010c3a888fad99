// Hashtags as a viewer may see them: keys in, views out. Promises: exact counts of public posts alone; a tag that nobody
// used has a view like any other, and a banned one looks like it.
import { statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import type { HashtagView } from "./hashtag.schema.ts";

/** SQL text: how many public posts a tag (an SQL expression) has; 0 for a banned one. */
export function postCountSql(tag: string): string {
  return `(case when exists (select from hashtags banned where banned.tag = ${tag} and banned.is_banned) then 0
    else greatest(coalesce((select kept.post_count from hashtags kept where kept.tag = ${tag}), 0)
         + coalesce((select sum(move.delta) from hashtag_moves move where move.tag = ${tag}), 0), 0) end)::int`;
}

/** SQL text: the tag (an SQL expression) is not banned. */
export function isAllowed(tag: string): string {
  return `not exists (select from hashtags banned where banned.tag = ${tag} and banned.is_banned)`;
}

const selectTags = statement<{ tag: string; postCount: number; isFollowing: boolean }>(
  "hashtag.selectTags",
  `select wanted.tag, ${postCountSql("wanted.tag")} as "postCount",
          exists (select from hashtag_follows f where f.user_id = $1::bigint and f.tag = wanted.tag) as "isFollowing"
   from unnest($2::text[] collate "C") with ordinality as wanted (tag, place) order by wanted.place`,
);

/** Views of tags, in their order, for a viewer (null = a stranger). */
export async function presentHashtags(
  deps: Pick<Deps, "db">,
  input: { viewerId: string | null; tags: readonly string[] },
): Promise<HashtagView[]> {
  const { viewerId, tags } = input;
  if (tags.length === 0) return [];
  const rows = await deps.db.sql.many(selectTags, [viewerId, tags]);
  return rows.map(({ tag, postCount, isFollowing }) => ({
    tag,
    postCount,
    viewer: viewerId === null ? null : { isFollowing },
  }));
}

/** The view of one tag. */
export async function presentHashtag(
  deps: Pick<Deps, "db">,
  input: { viewerId: string | null; tag: string },
): Promise<HashtagView> {
  const [view] = await presentHashtags(deps, { viewerId: input.viewerId, tags: [input.tag] });
  if (view === undefined) throw new Error("a tag without a view");
  return view;
}
