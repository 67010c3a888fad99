// What the hub of post streams asks of PostgreSQL: how posts stand, and whether each viewer may still see theirs; one
// statement for all streams asked about.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { sessionIsLive } from "../visibility/session.visibility.ts";

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
  isDeleted: boolean;
  /** The places in `streams` whose viewer may not see it, or whose session has ended. */
  closed: ReadonlySet<number>;
}

const viewer = "stream.viewer_id";

const isSessionLive = sessionIsLive({ session: "stream.session_id", user: viewer });

// A row a post: nearly all of a post's viewers may look on, and those who may not are all that is named.
const readStatement: Statement<Omit<PostReading, "closed"> & { postId: string; closed: number[] | null }> = statement(
  "live.readPostStreams",
  `select post.id as "postId", post.deleted_at is not null as "isDeleted",
          counts.like_count as "likeCount", counts.comment_count as "commentCount", counts.rev,
          json_agg(stream.place - 1) filter (where (
            ${postIsVisible({ post: "post", author: "author", viewer })}
            and (stream.session_id is null or ${isSessionLive})) is not true) as closed
   from unnest($1::bigint[], $2::bigint[], $3::bigint[])
        with ordinality as stream (post_id, viewer_id, session_id, place)
   join posts post on post.id = stream.post_id
   join users author on author.id = post.author_id
   join post_counts counts on counts.post_id = post.id
   group by post.id, counts.post_id`,
);

/** How posts stand with the streams on them, by post; one that is gone altogether is left out. */
export async function readPostStreams(
  deps: Pick<Deps, "db">,
  input: { streams: readonly PostPosition[] },
): Promise<Map<string, PostReading>> {
  const { streams } = input;
  const rows = await deps.db.sql.many(readStatement, [
    streams.map((stream) => stream.postId),
    streams.map((stream) => stream.viewerId),
    streams.map((stream) => stream.sessionId),
  ]);
  return new Map(rows.map(({ postId, closed, ...reading }) => [postId, { ...reading, closed: new Set(closed) }]));
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
