// What the hub of post streams asks of PostgreSQL: how posts stand, and whether each viewer may still see theirs; one
// statement for all streams asked about.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/deps.ts";
import { postIsVisible } from "../post/post.visibility.ts";
import { sessionIsLive } from "./live.session.ts";

/** A stream as the statements know it: strangers have neither viewer nor session. */
export interface PostPosition {
  postId: string;
  viewerId: string | null;
  sessionId: string | null;
}

export interface PostCounts {
  likeCount: number;
  commentCount: number;
  rev: number;
}

export interface PostReading extends PostCounts {
  /** The viewer may see it, and their session lives. */
  isOpen: boolean;
  isDeleted: boolean;
}

const viewer = "stream.viewer_id";

const isSessionLive = sessionIsLive({ session: "stream.session_id", user: viewer });

const readStatement: Statement<PostReading & { place: string }> = statement(
  "live.readPostStreams",
  `select stream.place, post.deleted_at is not null as "isDeleted",
          ${postIsVisible({ post: "post", author: "author", viewer })} and (stream.session_id is null or ${isSessionLive}) as "isOpen",
          counts.like_count as "likeCount", counts.comment_count as "commentCount", counts.rev
   from unnest($1::bigint[], $2::bigint[], $3::bigint[])
        with ordinality as stream (post_id, viewer_id, session_id, place)
   join posts post on post.id = stream.post_id
   join users author on author.id = post.author_id
   join post_counts counts on counts.post_id = post.id`,
);

/** How streams stand, by index of `streams`; one whose post is gone is left out. */
export async function readPostStreams(
  deps: Pick<Deps, "db">,
  input: { streams: readonly PostPosition[] },
): Promise<Map<number, PostReading>> {
  const { streams } = input;
  const rows = await deps.db.sql.many(readStatement, [
    streams.map((stream) => stream.postId),
    streams.map((stream) => stream.viewerId),
    streams.map((stream) => stream.sessionId),
  ]);
  return new Map(rows.map((row) => [Number(row.place) - 1, row]));
}

const countsStatement: Statement<PostCounts & { postId: string }> = statement(
  "live.readPostCounts",
  `select post_id as "postId", like_count as "likeCount", comment_count as "commentCount", rev
   from post_counts where post_id = any ($1::bigint[])`,
);

/** The counts of posts; those that are gone are left out. */
export async function readPostCounts(
  deps: Pick<Deps, "db">,
  input: { postIds: readonly string[] },
): Promise<Map<string, PostCounts>> {
  const rows = await deps.db.sql.many(countsStatement, [input.postIds]);
  return new Map(rows.map(({ postId, ...counts }) => [postId, counts]));
}
