// Factories against the calls whose place they take: the same counters, heads and relations, and nothing for the audit.
import { idAt, statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mendCounters } from "../audit/audit.service.ts";
import { driftTallyOf } from "../audit/audit.tally.ts";
import { createComment } from "../comment/comment.service.ts";
import { createFollow } from "../follow/follow.service.ts";
import { likeComment, likePost, unlikePost } from "../like/like.service.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createPost as publishPost } from "../post/post.service.ts";
import {
  addCommentLike,
  addLike,
  addLogEntries,
  block,
  createComments,
  createPerson,
  createPost,
  createPosts,
  follow,
  hidePost,
  openTestDeps,
  removeLike,
  suspend,
  type TestDeps,
  waitFor,
} from "./index.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
  await waitFor("redis", () => deps.redis.cache.status === "ready");
});
afterAll(() => deps.close());

interface Stage {
  annId: string;
  bobId: string;
  /** By ann, as is the comment. */
  postId: string;
  commentId: string;
}

async function openStage(): Promise<Stage> {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const post = await createPost(deps, { authorId: ann.id });
  const comment = await createComment(deps, { actorId: ann.id, postId: post.id, text: "a comment" });
  return { annId: ann.id, bobId: bob.id, postId: post.id, commentId: comment.id };
}

// Whatever a deed may move, without the ids that differ from stage to stage.
const readState = statement<{ state: unknown }>(
  "test.state",
  `select jsonb_build_object(
     'people', (select jsonb_agg(to_jsonb(c) - 'user_id' order by user_id) from user_counts c where user_id in ($1, $2)),
     'post', (select to_jsonb(c) - 'post_id' from post_counts c where post_id = $3),
     'comment', (select to_jsonb(c) - 'comment_id' - 'top_post_id' from comment_counts c where comment_id = $4),
     'others', (select jsonb_agg(to_jsonb(c) - 'comment_id' - 'top_post_id' - 'rev' || jsonb_build_object(
                  'is_top', c.top_post_id = x.post_id, 'listed', x.listed_under_id = x.post_id) order by x.id)
                from comments x join comment_counts c on c.comment_id = x.id where x.post_id = $3 and x.id <> $4),
     'posts', (select jsonb_agg(jsonb_build_object('tags', hashtags, 'areTagsCurrent', tagged_version = version, 'visibility', visibility, 'rev', c.rev) order by id)
               from posts join post_counts c on c.post_id = id where author_id in ($1, $2)),
     'heads', (select jsonb_agg(last_post_id = coalesce((select max(id) from posts p where p.author_id = h.author_id), 0)
                                order by author_id) from author_heads h where author_id in ($1, $2)),
     'logs', (select jsonb_agg(to_jsonb(h) - 'user_id' order by user_id) from live_heads h where user_id in ($1, $2))
   ) as state`,
);

async function stateOf({ annId, bobId, postId, commentId }: Stage): Promise<unknown> {
  return (await deps.db.sql.one(readState, [annId, bobId, postId, commentId])).state;
}

const laterIds = (count: number) => {
  const start = idAt(new Date(Date.now() + 1_000));
  return Array.from({ length: count }, (_, place) => (start + BigInt(place)).toString());
};
const publish = (actorId: string, caption: string) =>
  publishPost(deps, { actorId, caption, media: [], visibility: "public" });

test.each<[deed: string, byFactory: (stage: Stage) => Promise<unknown>, byCall: (stage: Stage) => Promise<unknown>]>([
  [
    "a follow",
    ({ annId, bobId }) => follow(deps, { followerId: bobId, followeeId: annId }),
    ({ annId, bobId }) => createFollow(deps, { actorId: bobId, userId: annId }),
  ],
  [
    "a post",
    ({ bobId }) => createPost(deps, { authorId: bobId, caption: "a #lake" }),
    ({ bobId }) => publish(bobId, "a #lake"),
  ],
  [
    "posts under chosen ids",
    ({ bobId }) => createPosts(deps, { authorId: bobId, posts: laterIds(2).map((id) => ({ id })) }),
    async ({ bobId }) => {
      for (const caption of ["one", "two"]) await publish(bobId, caption);
    },
  ],
  [
    "a comment under a chosen id",
    ({ bobId, postId }) => createComments(deps, { postId, authorId: bobId, ids: laterIds(1) }),
    ({ bobId, postId }) => createComment(deps, { actorId: bobId, postId, text: "a comment" }),
  ],
  [
    "a like",
    ({ bobId, postId }) => addLike(deps, { userId: bobId, postId }),
    ({ bobId, postId }) => likePost(deps, { actorId: bobId, postId }),
  ],
  [
    "a like that is taken back",
    async ({ bobId, postId }) => {
      await addLike(deps, { userId: bobId, postId });
      await removeLike(deps, { userId: bobId, postId });
    },
    async ({ bobId, postId }) => {
      await likePost(deps, { actorId: bobId, postId });
      await unlikePost(deps, { actorId: bobId, postId });
    },
  ],
  [
    "a like of a comment",
    ({ bobId, commentId }) => addCommentLike(deps, { userId: bobId, commentId }),
    ({ bobId, commentId }) => likeComment(deps, { actorId: bobId, commentId }),
  ],
])("%s moves what the call moves", async (_, byFactory, byCall) => {
  const [made, called] = [await openStage(), await openStage()];
  const before = await stateOf(made);
  await byFactory(made);
  await byCall(called);
  expect(await stateOf(made)).not.toEqual(before);
  expect(await stateOf(made)).toEqual(await stateOf(called));
});

test("the audit finds nothing to mend in what factories have made", async () => {
  const { annId, bobId, postId, commentId } = await openStage();
  await follow(deps, { followerId: bobId, followeeId: annId });
  for (let time = 0; time < 2; time += 1) {
    await addLike(deps, { userId: bobId, postId });
    await addCommentLike(deps, { userId: bobId, commentId });
  }
  await createComments(deps, { postId, authorId: bobId, ids: laterIds(3) });
  const posts = laterIds(4).map((id) => ({ id }));
  await createPosts(deps, { authorId: bobId, posts });
  await hidePost(deps, { postId: posts[3]?.id ?? "" });
  await addLogEntries(deps, { userId: annId, count: 3 });
  await block(deps, { blockerId: annId, blockedId: bobId });
  await suspend(deps, { userId: bobId });
  const worker: Deps = { ...deps };
  await mendCounters(worker, { ranges: 1_000 });
  expect([...driftTallyOf(worker)].filter(([, count]) => count > 0)).toEqual([]);
});
