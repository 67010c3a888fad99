// An account that goes while everybody, its owner included, is in the middle of something with it: no call fails without
// a reason, nothing of the account is left, and everybody's counts are those of the rows.
import { statement, warmPrisma } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteAccount } from "../auth/auth.deletion.ts";
import { signUp } from "../auth/auth.service.ts";
import { createBlock, deleteBlock } from "../block/block.service.ts";
import { createBookmark } from "../bookmark/bookmark.service.ts";
import { createComment } from "../comment/comment.service.ts";
import { createFollow, deleteFollow } from "../follow/follow.service.ts";
import { likeComment, likePost, unlikePost } from "../like/like.service.ts";
import { createMute } from "../mute/mute.service.ts";
import { AppError } from "../platform/call/errors.ts";
import { createPost } from "../post/post.service.ts";
import { purgeAccounts } from "../purge/purge.account.ts";
import { createPerson, openTestDeps, type TestDeps } from "../testing/index.ts";
import { updateUser } from "./account.profile.ts";

const password = "correct horse battery";
const fanCount = 12;

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({ env: { DATABASE_POOL_SIZE: "20" } });
  // As the processes do: its first use must not hold everybody's locks up.
  await warmPrisma(deps.db);
});
afterAll(() => deps.close());

/** `auth.sessionRevoked` is what callers hear whose own account went under their feet. */
const expectedCodes = new Set([
  "auth.sessionRevoked",
  "user.notFound",
  "post.notFound",
  "comment.notFound",
  "block.active",
  "follow.notFound",
]);

interface Stage {
  leaverId: string;
  fanId: string;
  ownPostId: string;
  fanPostId: string;
  fanCommentId: string;
}

type Deed = (stage: Stage) => Promise<unknown>;

const deedsOfOthers: Deed[] = [
  ({ leaverId, fanId }) => createFollow(deps, { actorId: fanId, userId: leaverId }),
  ({ leaverId, fanId }) => deleteFollow(deps, { actorId: fanId, userId: leaverId }),
  ({ leaverId, fanId }) => createMute(deps, { actorId: fanId, userId: leaverId }),
  ({ ownPostId, fanId }) => likePost(deps, { actorId: fanId, postId: ownPostId }),
  ({ ownPostId, fanId }) => unlikePost(deps, { actorId: fanId, postId: ownPostId }),
  ({ ownPostId, fanId }) => createBookmark(deps, { actorId: fanId, sessionId: null, postId: ownPostId }),
  ({ ownPostId, fanId }) => createComment(deps, { actorId: fanId, postId: ownPostId, text: "wait" }),
  ({ fanPostId, fanId }) => createComment(deps, { actorId: fanId, postId: fanPostId, text: "@quitter wait" }),
];

// Calls that had passed the check of the session when it ended.
const deedsOfLeaver: Deed[] = [
  ({ leaverId, fanId }) => createFollow(deps, { actorId: leaverId, userId: fanId }),
  ({ leaverId, fanId }) => createBlock(deps, { actorId: leaverId, userId: fanId }),
  ({ leaverId, fanId }) => deleteBlock(deps, { actorId: leaverId, userId: fanId }),
  ({ leaverId, fanPostId }) => likePost(deps, { actorId: leaverId, postId: fanPostId }),
  ({ leaverId, fanCommentId }) => likeComment(deps, { actorId: leaverId, commentId: fanCommentId }),
  ({ leaverId, fanPostId }) => createComment(deps, { actorId: leaverId, postId: fanPostId, text: "farewell" }),
  ({ leaverId }) => createPost(deps, { actorId: leaverId, caption: "farewell", media: [], visibility: "public" }),
  ({ leaverId }) => updateUser(deps, { actorId: leaverId, bio: "gone" }),
];

const takeDeletions = statement<FactOf<"auth.purgeAccounts">>(
  "test.takeDeletions",
  "delete from outbox where fact = 'user.deleted' returning id, fact, payload",
);

const selectLeft = statement<{ what: string }>(
  "test.left",
  `select 'user' as what from users where id = $1
   union all select 'follow' from follows where $1 in (follower_id, followee_id)
   union all select 'post' from posts where author_id = $1
   union all select 'tombstone' from post_tombstones where author_id = $1
   union all select 'comment' from comments where author_id = $1 or reply_to_author_id = $1 or $1 = any (mention_ids)
   union all select 'like' from post_likes where user_id = $1
   union all select 'comment like' from comment_likes where user_id = $1
   union all select 'bookmark' from bookmarks where user_id = $1
   union all select 'idempotency key' from idempotency_keys where user_id = $1
   union all select 'wrong user_counts' from user_counts c
     where c.follower_count <> (select count(*) from follows f where f.followee_id = c.user_id)
        or c.following_count <> (select count(*) from follows f where f.follower_id = c.user_id)
        or c.post_count <> (select count(*) from posts p where p.author_id = c.user_id and p.deleted_at is null)
   union all select 'wrong post_counts' from post_counts c
     where c.like_count <> (select count(*) from post_likes l where l.post_id = c.post_id)
        or c.comment_count <> (select count(*) from comments m where m.post_id = c.post_id and m.deleted_at is null)
   union all select 'wrong comment_counts' from comment_counts c
     where c.like_count <> (select count(*) from comment_likes l where l.comment_id = c.comment_id)`,
);

async function setStage(round: number): Promise<Stage[]> {
  const handle = round === 0 ? "quitter" : `quitter${round}`;
  const device = { userAgent: "test", ip: "203.0.113.7" };
  const { user } = await signUp(deps, { email: `${handle}@mail.example`, handle, password, device });
  if (user === null) throw new Error("signed up without a session");
  const caption = { caption: "a post", media: [], visibility: "public" as const };
  const { id: ownPostId } = await createPost(deps, { ...caption, actorId: user.id });
  return Promise.all(
    Array.from({ length: fanCount }, async () => {
      const { id: fanId } = await createPerson(deps);
      const { id: fanPostId } = await createPost(deps, { ...caption, actorId: fanId });
      const comment = await createComment(deps, { actorId: fanId, postId: fanPostId, text: "mine" });
      return { leaverId: user.id, fanId, ownPostId, fanPostId, fanCommentId: comment.id };
    }),
  );
}

test("nothing of an account is left though calls were under way when it ended, and none fails without a reason", async () => {
  for (let round = 0; round < 4; round += 1) {
    const stages = await setStage(round);
    const leaverId = stages[0]?.leaverId ?? "";
    let isOver = false;
    const unexpected: unknown[] = [];
    async function pull(stage: Stage, deeds: readonly Deed[], mayGoOn: () => boolean): Promise<void> {
      for (let turn = Math.floor(Math.random() * deeds.length); mayGoOn(); turn += 1) {
        await deeds[turn % deeds.length]?.(stage).catch((error: unknown) => {
          if (!(error instanceof AppError && expectedCodes.has(error.code))) unexpected.push(error);
        });
      }
    }
    let hasEnded = false;
    const pulling = stages.flatMap((stage) => [
      pull(stage, deedsOfOthers, () => !isOver),
      pull(stage, deedsOfLeaver, () => !hasEnded),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await deleteAccount(deps, { actorId: leaverId, password });
    hasEnded = true;
    const facts = await deps.db.sql.many(takeDeletions);
    await Promise.all([1, 2].map(() => purgeAccounts(deps, { facts })));
    await new Promise((resolve) => setTimeout(resolve, 100));
    isOver = true;
    await Promise.all(pulling);
    expect(unexpected).toEqual([]);
    expect(await deps.db.sql.many(selectLeft, [leaverId])).toEqual([]);
  }
}, 90_000);
