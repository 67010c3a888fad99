// What of a post must be read anew for each viewer and page: whether they may see it, counts, flags, versions. Everything
// else is its body, which post.cache.ts keeps.

import { mentionsSql } from "../user/user.mention.ts";
import type { FollowState } from "../user/user.schema.ts";
import { type ModerationMark, moderationMarkSql } from "../visibility/moderation.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { followState } from "../visibility/user.visibility.ts";
import type { MentionRef } from "./post.schema.ts";

export interface PostState {
  id: string;
  /** Together with the id, the key of the body. */
  version: number;
  authorVersion: number;
  likeCount: number;
  commentCount: number;
  rev: number;
  /** Read each time: people who are named may go, or block the viewer, without the post being edited. Null for none. */
  mentions: MentionRef[] | null;
  isAuthor: boolean;
  /** By a decision of the moderators: only its author sees it. */
  isRemoved: boolean;
  isSensitive: boolean;
  /** For its author only. */
  moderation: ModerationMark | null;
  isLiked: boolean;
  isBookmarked: boolean;
  isQuiet: boolean;
  /** Of the author. */
  follow: FollowState;
}

const mark = moderationMarkSql({
  removedBy: "post.removed_by",
  limitedBy: "post.limited_by",
  heldBy: "post.held_by",
});

/**
 * SQL text: the PostStates of those of `wanted` (a from-item that has an `id`) that the viewer may see. `condition` may
 * narrow them by `post` and `author`; `viewer` is an SQL expression (null::bigint for strangers), and so is `follow`, for
 * whoever knows from the condition how the viewer stands to the author. `columns` are selected besides, each with a comma
 * behind it.
 */
export function postStatesSql(input: {
  wanted: string;
  viewer: string;
  orderBy: string;
  condition?: string;
  follow?: string;
  columns?: string;
}): string {
  const {
    wanted,
    viewer,
    orderBy,
    condition = "true",
    follow = followState(viewer, "author.id"),
    columns = "",
  } = input;
  return `
    select ${columns} post.id, post.version, author.version as "authorVersion",
           counts.like_count as "likeCount", counts.comment_count as "commentCount", counts.rev,
           case when post.mention_ids <> '{}' then ${mentionsSql({ ids: "post.mention_ids", viewer })} end as mentions,
           coalesce(author.id = ${viewer}, false) as "isAuthor", post.removed_by is not null as "isRemoved",
           post.sensitive_by is not null as "isSensitive",
           case when author.id = ${viewer} then ${mark} end as moderation,
           exists (select from post_likes pl where pl.post_id = post.id and pl.user_id = ${viewer}) as "isLiked",
           exists (select from bookmarks bm where bm.post_id = post.id and bm.user_id = ${viewer}) as "isBookmarked",
           exists (select from quiet_posts qp where qp.post_id = post.id and qp.user_id = ${viewer}) as "isQuiet",
           ${follow} as follow
    from ${wanted}
    join posts post on post.id = wanted.id
    join users author on author.id = post.author_id
    join post_counts counts on counts.post_id = post.id
    where ${condition} and ${postIsVisible({ post: "post", author: "author", viewer })}
    order by ${orderBy}`;
}
